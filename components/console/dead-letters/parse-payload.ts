/** What was typed as a payload: an object, or what is wrong with it. */
export function parsePayload(
  text: string,
): { payload: Record<string, unknown>; problem: null } | { payload: null; problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { payload: value as Record<string, unknown>, problem: null };
    }
    return { payload: null, problem: 'A payload is an object: { … }' };
  } catch (error) {
    return { payload: null, problem: `This is not JSON: ${error instanceof Error ? error.message : 'unreadable'}` };
  }
}
