/**
 * What the list shows: search, filter and order, as the service's query. Pure.
 * @module
 */

/** Filters by state: each name stands for the states that it lets through. */
export const FILTERS = {
  all: [],
  running: ["queued", "processing"],
  ready: ["succeeded"],
  failed: ["failed", "cancelled"],
};

/** Orders, as the service names them. */
export const ORDERS = ["create_time desc", "create_time", "filename", "update_time desc"];

/**
 * @typedef {{text: string, filter: keyof typeof FILTERS, order: string}} ListQuery
 */

/** @returns {ListQuery} everything, the newest first */
export function everything() {
  return { text: "", filter: "all", order: ORDERS[0] };
}

/** @returns {object} the body of `POST /v1/resumes/search` */
export function searchOf({ text, filter, order }, { pageSize, pageToken = "" }) {
  return { text: text.trim(), state: FILTERS[filter], order_by: order, page_size: pageSize, page_token: pageToken };
}

/** @returns {boolean} whether a résumé that comes now would stand first */
export function showsNewestFirst({ text, filter, order }) {
  return !text.trim() && order === ORDERS[0] && (filter === "all" || filter === "running");
}

/** @returns {boolean} whether a résumé in this state is let through */
export function letsThrough({ filter }, state) {
  return !FILTERS[filter].length || FILTERS[filter].includes(state);
}
