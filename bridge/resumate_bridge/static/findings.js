/**
 * What a parsed résumé says, as a list of sections to show: pure.
 * @module
 */

import { Text } from "./spans.js";

/** The fields of each kind of entry, in the order in which they are shown. */
export const ENTRIES = {
  work_experience: ["title", "company", "location", "start_date", "end_date", "description"],
  education: ["degree", "field_of_study", "institution", "location", "start_date", "end_date", "gpa"],
  projects: ["name", "url", "start_date", "end_date", "description"],
  publications: ["title", "publisher", "date", "url"],
  awards: ["title", "issuer", "date"],
  volunteering: ["role", "organization", "location", "start_date", "end_date", "description"],
};
const PERSONAL = [
  "full_name",
  "email",
  "phone",
  "location",
  "linkedin_url",
  "github_url",
  "portfolio_url",
  "summary",
];
const SKILLS = ["technical", "soft_skills", "languages", "certifications"];
const WITH_HIGHLIGHTS = new Set(["work_experience", "projects"]);

/**
 * @typedef {object} Value
 * @property {string} path such as `work_experience[0].company`
 * @property {string} field the last name of the path, for its label
 * @property {string} text
 * @property {number | null} confidence 0 to 1; null where none was given
 * @property {number} page from 1; 0 where the format has none or it is not known
 * @property {"text" | "link" | "none"} found in the text, behind a link, or no place given
 * @property {{before: string, match: string, after: string} | null} snippet
 *
 * @typedef {object} Entry
 * @property {string} path such as `work_experience[0]`, or the section's name where it is no list
 * @property {number | null} index its place in the section's list; null where that is no list
 * @property {Value[]} values
 * @property {{field: string, path: string, values: Value[]}[]} lists
 * @property {string[]} missing fields that it could have and has not, the lists' names among them
 *
 * @typedef {{name: string, confidence: number | null, entries: Entry[], count: number}} Section count: of the list's entries
 */

/**
 * @param {object} parsed a `ParsedResume`
 * @returns {{text: Text, sections: Section[], places: {path: string, start: number, end: number, page: number, box: object | null}[]}}
 */
export function findings(parsed) {
  const text = new Text(parsed.text ?? "");
  const evidence = new Map((parsed.evidence ?? []).map((item) => [item.field_path, item]));
  const value = (path, field, content) => ({ path, field, text: content, ...found(evidence.get(path), text) });
  const sections = [
    section("personal_info", parsed, [fields(parsed.personal_info, "personal_info", PERSONAL, value)]),
    ...Object.entries(ENTRIES).map(([name, names]) =>
      section(
        name,
        parsed,
        (parsed[name] ?? []).map((entry, index) => ({
          ...fields(entry, `${name}[${index}]`, names, value, WITH_HIGHLIGHTS.has(name) ? ["highlights"] : []),
          index,
        })),
      ),
    ),
  ];
  sections.splice(3, 0, section("skills", parsed, [skills(parsed.skills, value)]));
  return {
    text,
    sections: sections.filter(({ entries }) => entries.length > 0),
    places: [...evidence.values()].map(({ field_path: path, start, end, page, box }) => ({
      path,
      start,
      end,
      page,
      box: box ?? null,
    })),
  };
}

/** @returns {"high" | "fair" | "low" | "none"} what colour a confidence has */
export function grade(confidence) {
  if (confidence === null) return "none";
  if (confidence >= 0.85) return "high";
  return confidence >= 0.6 ? "fair" : "low";
}

function section(name, parsed, entries) {
  const confidence = parsed.confidence_scores?.[name];
  return {
    name,
    confidence: confidence > 0 ? confidence : null,
    count: entries.length,
    entries: entries.filter((entry) => entry.values.length || entry.lists.length),
  };
}

function fields(entry, path, names, value, listNames = []) {
  const values = names.filter((field) => entry?.[field]).map((field) => value(`${path}.${field}`, field, entry[field]));
  return {
    path,
    index: null,
    values,
    lists: lists(entry, path, listNames, value),
    missing: [...names.filter((field) => !entry?.[field]), ...listNames.filter((field) => !entry?.[field]?.length)],
  };
}

function skills(entry, value) {
  return fields(entry, "skills", [], value, SKILLS);
}

function lists(entry, path, names, value) {
  return names
    .filter((field) => entry?.[field]?.length)
    .map((field) => ({
      field,
      path: `${path}.${field}`,
      values: entry[field].map((content, index) => value(`${path}.${field}[${index}]`, field, content)),
    }));
}

function found(evidence, text) {
  if (!evidence) return { confidence: null, page: 0, found: "none", snippet: null };
  const { confidence, page, start, end } = evidence;
  const isInText = start < end && end <= text.length;
  return { confidence, page, found: isInText ? "text" : "link", snippet: isInText ? text.snippet(start, end) : null };
}
