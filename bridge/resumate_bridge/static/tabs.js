/**
 * What the page's other tabs have to know at once: a deletion and a correction are no events of the log.
 * @module
 */

const CHANNEL = "resumate-list";

/** @typedef {{id: string, what: "removed" | "changed"}} News */

/**
 * @param {(news: News) => void} onNews of another tab
 * @returns {{tell: (news: News) => void, close: () => void}}
 */
export function tabs(onNews) {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => onNews(data);
  return { tell: (news) => channel.postMessage(news), close: () => channel.close() };
}
