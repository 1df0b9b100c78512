/**
 * A React hook that follows a résumé. React is yours to bring: `const useResumeProgress = resumeProgressHook(React)`.
 * @module
 */

import { connect } from "./client.js";
import { advance, unknown } from "./progress.js";

/**
 * Make the hook. All that use it share one client, made when it is first needed unless you give one.
 * @param {{useCallback: Function, useMemo: Function, useSyncExternalStore: Function}} React
 * @param {{client?: import("./client.js").Client}} [options]
 * @returns {(id: string | null) => import("./progress.js").Progress & {failure: Error | null}}
 */
export function resumeProgressHook(React, { client = null } = {}) {
  const shared = () => (client ??= connect());
  return function useResumeProgress(id) {
    const store = React.useMemo(() => follow(id), [id]);
    const subscribe = React.useCallback((changed) => (id ? store.open(shared(), changed) : () => {}), [id, store]);
    return React.useSyncExternalStore(subscribe, store.now, store.now);
  };
}

/** What is known of one résumé; kept while its component is, also over React's double mounting in development. */
function follow(id) {
  let known = { ...unknown(), failure: null };
  return {
    now: () => known,
    open(client, changed) {
      const set = (news) => {
        known = { ...known, ...news };
        changed();
      };
      return client.watchResume(id, {
        after: known.sequence,
        onFrame: (frame) => set(advance(known, frame)),
        onError: (failure) => set({ failure }),
      });
    },
  };
}
