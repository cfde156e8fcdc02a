/** How often a proof repeats itself: `short` in the test command, `long` under `npm run soak`. */
export const rounds = (short: number, long: number) => (process.env.GUILDHALL_SOAK ? long : short);
