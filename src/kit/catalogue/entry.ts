/** One kind of error: what `docs/errors.md` prints, and what the API and the ledger do with it. */
export interface CatalogueEntry {
  /** The HTTP status of our own API's answer. */
  status: number;
  /** What happened, as a short title. */
  title: string;
  /** What to check or do. */
  check: string;
  /** Whether trying again may help; `once-repaired` holds the connection's work until its test passes. */
  retry: 'never' | 'soon' | 'once-repaired';
}

/** Writes one entry in a line. */
export const entry = (
  status: number,
  retry: CatalogueEntry['retry'],
  title: string,
  check: string,
): CatalogueEntry => ({ status, title, check, retry });
