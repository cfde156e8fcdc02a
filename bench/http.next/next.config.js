import { fileURLToPath } from 'node:url';

// Next is installed in the repository's root, two folders up.
const root = fileURLToPath(new URL('../..', import.meta.url));
export default { turbopack: { root }, outputFileTracingRoot: root };
