/**
 * What the list shows: search, filter and order, as the service's query and as one line of an address. Pure.
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

/** @returns {URLSearchParams} the query of `GET /v1/resumes` */
export function parametersOf({ text, filter, order }, { pageSize, pageToken = "" }) {
  const parameters = new URLSearchParams({ page_size: pageSize, order_by: order });
  if (text.trim()) parameters.set("text", text.trim());
  if (FILTERS[filter].length) parameters.set("state", FILTERS[filter].join(","));
  if (pageToken) parameters.set("page_token", pageToken);
  return parameters;
}

/** @returns {boolean} whether a résumé that comes now would stand first */
export function showsNewestFirst({ text, filter, order }) {
  return !text.trim() && order === ORDERS[0] && (filter === "all" || filter === "running");
}

/** @returns {boolean} whether a résumé in this state is let through */
export function letsThrough({ filter }, state) {
  return !FILTERS[filter].length || FILTERS[filter].includes(state);
}
