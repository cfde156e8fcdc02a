/** What a member reads in the portal: words without personal values. */
export interface Wanted {
  kind: string;
  title: string;
  body: string;
  link: string | null;
  /** Whose news it is, where that is not the member whom the event names. */
  memberId?: string;
}
