/** `aria-current` of a link to `href`, which stands for the pages below it and for those of `also` too. */
export function currentAt(path: string, href: string, also: readonly string[] = []): 'page' | 'true' | undefined {
  if (path === href) return 'page';
  const owned = href === '/' ? also : [href, ...also];
  return owned.some((page) => path === page || path.startsWith(`${page}/`)) ? 'true' : undefined;
}
