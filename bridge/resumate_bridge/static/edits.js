/**
 * Corrections to a parsed résumé: pure. Every function returns a new value and leaves the old one as it was.
 *
 * A path is as the evidence has it, such as `work_experience[0].company`.
 * @module
 */

/** What the service derives from the values itself, and refuses in a mask. */
const DERIVED = ["evidence", "career", "normalized"];

/**
 * @typedef {(string | number)[]} Steps
 * @typedef {{path: string, mine: unknown, theirs: unknown}} Conflict
 */

/** @returns {Steps} `["work_experience", 0, "company"]` for `work_experience[0].company` */
export function stepsOf(path) {
  return path.split(/[.[\]]+/).filter(Boolean).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** @returns {unknown} what stands at a path; undefined where it leads nowhere */
export function valueAt(parsed, path) {
  return stepsOf(path).reduce((value, step) => value?.[step], parsed);
}

/** Set what stands at a path; its evidence goes, because a person wrote it and not the document. */
export function setAt(parsed, path, value) {
  if (same(valueAt(parsed, path), value)) return parsed;
  const evidence = (parsed.evidence ?? []).filter((item) => !isWithin(item.field_path, path));
  return { ...replaced(parsed, stepsOf(path), value), evidence };
}

/** Empty what stands at a path; an entry of a list that then says nothing goes too. */
export function clearAt(parsed, path) {
  const cleared = setAt(parsed, path, "");
  const [, listPath, index] = /^(.*)\[(\d+)\]\.\w+$/.exec(path) ?? [];
  if (listPath === undefined) return cleared;
  const says = (value) => (typeof value === "string" ? value : Array.isArray(value) && value.length > 0);
  const entry = valueAt(cleared, `${listPath}[${index}]`);
  return Object.values(entry).some(says) ? cleared : removeAt(cleared, listPath, Number(index));
}

/** Put an item into a list before `index`. */
export function insertAt(parsed, listPath, index, item) {
  const list = valueAt(parsed, listPath) ?? [];
  const indices = list.map((_, at) => at);
  indices.splice(index, 0, null);
  return rearranged(parsed, listPath, indices, item);
}

/** Take an item out of a list. */
export function removeAt(parsed, listPath, index) {
  const list = valueAt(parsed, listPath) ?? [];
  return rearranged(parsed, listPath, list.map((_, at) => at).filter((at) => at !== index));
}

/** Move an item of a list; a target outside the list changes nothing. */
export function moveAt(parsed, listPath, from, to) {
  const indices = (valueAt(parsed, listPath) ?? []).map((_, at) => at);
  if (to < 0 || to >= indices.length || from === to) return parsed;
  indices.splice(to, 0, ...indices.splice(from, 1));
  return rearranged(parsed, listPath, indices);
}

/**
 * The paths of an update mask that turn `base` into `draft`: single fields where there are some, lists as a whole.
 * @returns {string[]} such as `parsed.personal_info.email`, in the order of the fields
 */
export function maskOf(base, draft) {
  const names = new Set([...Object.keys(base), ...Object.keys(draft)]);
  for (const name of DERIVED) names.delete(name);
  return [...names].filter((name) => !same(base[name], draft[name])).flatMap((name) => {
    if (![base[name], draft[name]].every(isMessage)) return [`parsed.${name}`];
    return maskOf(base[name], draft[name]).map((path) => path.replace("parsed.", `parsed.${name}.`));
  });
}

/**
 * Join two people's corrections of the same résumé. What only one of them changed is taken from that one; what both
 * changed, and differently, is a conflict and stays as mine until somebody decides.
 * @returns {{merged: object, conflicts: Conflict[]}} the evidence is theirs, less that of values that are mine
 */
export function merge(base, mine, theirs) {
  const conflicts = [];
  const { evidence, ...rest } = theirs;
  const merged = merged3(without(base), without(mine), rest, "", conflicts);
  const kept = (evidence ?? []).filter(({ field_path: path }) => same(valueAt(merged, path), valueAt(theirs, path)));
  return { merged: { ...merged, evidence: kept }, conflicts };
}

/** @returns {boolean} whether two JSON values say the same */
export function same(one, other) {
  if (one === other) return true;
  if (Array.isArray(one) !== Array.isArray(other) || !isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => same(one[name], other[name]));
}

function merged3(base, mine, theirs, path, conflicts) {
  if (same(mine, base) || same(mine, theirs)) return theirs;
  if (same(theirs, base)) return mine;
  if ([base, mine, theirs].every(Array.isArray) && mine.length === theirs.length && mine.length === base.length) {
    return mine.map((item, index) => merged3(base[index], item, theirs[index], `${path}[${index}]`, conflicts));
  }
  if ([base, mine, theirs].every(isMessage)) {
    const names = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
    const join = (name) => (path ? `${path}.${name}` : name);
    const fields = [...names].map((name) => [name, merged3(base[name], mine[name], theirs[name], join(name), conflicts)]);
    return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  }
  conflicts.push({ path, mine, theirs });
  return mine;
}

function rearranged(parsed, listPath, indices, item) {
  const list = valueAt(parsed, listPath) ?? [];
  const moved = new Map(indices.map((from, to) => [from, to]).filter(([from]) => from !== null));
  const evidence = (parsed.evidence ?? []).flatMap((found) => {
    const path = readdressed(found.field_path, listPath, moved);
    return path === null ? [] : [{ ...found, field_path: path }];
  });
  const next = indices.map((from) => (from === null ? item : list[from]));
  return { ...replaced(parsed, stepsOf(listPath), next), evidence };
}

// Where a value stands after the list above it was rearranged; null where it has gone.
function readdressed(path, listPath, moved) {
  if (!path.startsWith(`${listPath}[`)) return path;
  const rest = path.slice(listPath.length + 1);
  const to = moved.get(Number.parseInt(rest, 10));
  return to === undefined ? null : `${listPath}[${to}${rest.slice(rest.indexOf("]"))}`;
}

function replaced(value, [step, ...rest], next) {
  if (step === undefined) return next;
  const inner = replaced(value?.[step], rest, next);
  if (typeof step === "number") return (value ?? []).map((item, index) => (index === step ? inner : item));
  return { ...value, [step]: inner };
}

function isWithin(path, parent) {
  return path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}

function without({ evidence: _, ...rest }) {
  return rest;
}

function isMessage(value) {
  return isObject(value) && !Array.isArray(value);
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}
