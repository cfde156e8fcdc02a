/** One value over time, in words that a person may point at. */
export interface Point {
  /** What stands on the axis below it: "21 Nov". */
  at: string;
  value: number;
  /** What stands beside the pointer: "21 November 2026: €145.01". */
  words: string;
  /** Not over yet: drawn paler. */
  running?: boolean;
}

export interface SeriesProps {
  /** `steps` for what holds until it changes, `bars` for what is counted. */
  kind: 'steps' | 'bars';
  points: readonly Point[];
  /** What the picture says, for those who do not see it. */
  label: string;
  /** A value on the axis at the side. */
  axis: (value: number) => string;
}
