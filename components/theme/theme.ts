import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Deep teal: the one brand colour. White on shades 6 and 7 is AA. */
const brand: MantineColorsTuple = [
  '#eef8f7',
  '#d9efec',
  '#aedcd7',
  '#6fcac2',
  '#43aaa2',
  '#24928a',
  '#187a74',
  '#136661',
  '#0f5450',
  '#0a403d',
];

const gray: MantineColorsTuple = [
  '#f6f7f6',
  '#f0f2f1',
  '#e4e8e6',
  '#d6dbd9',
  '#b8c0bd',
  '#8a9492',
  '#6d7876',
  '#56625f',
  '#333d3b',
  '#16201f',
];

const dark: MantineColorsTuple = [
  '#e6eaea',
  '#b4bebc',
  '#a0abaa',
  '#6d7876',
  '#384145',
  '#2a3135',
  '#1f2528',
  '#181d20',
  '#111517',
  '#0b0e0f',
];

export const fontSans = "'Inter Variable', 'Inter Fallback', system-ui, sans-serif";
export const fontMono = "ui-monospace, 'SF Mono', 'Cascadia Code', 'JetBrains Mono', Menlo, Consolas, monospace";

const fields = [
  'TextInput',
  'PasswordInput',
  'Textarea',
  'NativeSelect',
  'Select',
  'NumberInput',
  'Checkbox',
  'Radio',
  'Switch',
  'Input',
  'InputWrapper',
];
const sized = (size: string) => Object.fromEntries(fields.map((name) => [name, { defaultProps: { size } }]));

const modalDefaults = {
  centered: true,
  radius: 'lg',
  padding: 'lg',
  transitionProps: { duration: 120 },
  overlayProps: { backgroundOpacity: 0.45 },
  closeButtonProps: { 'aria-label': 'Close' },
};

/** The portal's mood: roomy, 16 px. The console narrows it with `consoleTheme`. */
export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 6 },
  colors: { brand, gray, dark },
  black: '#16201f',
  fontFamily: fontSans,
  fontFamilyMonospace: fontMono,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '1rem', lg: '1.125rem', xl: '1.375rem' },
  headings: {
    fontFamily: fontSans,
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.75rem', lineHeight: '1.2' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  // Defaults by name, not with `Button.extend`: that would ship every component named here with every page.
  components: {
    ...sized('md'),
    Button: { defaultProps: { size: 'md', loaderProps: { type: 'dots' } } },
    Modal: { defaultProps: modalDefaults },
    Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 100 } } },
    Tooltip: {
      defaultProps: {
        openDelay: 250,
        transitionProps: { duration: 100 },
        events: { hover: true, focus: true, touch: false },
      },
    },
  },
});

/** The console's mood: dense, 14 px, 13 px in tables. Laid over `theme`; font sizes follow in tokens.css. */
export const consoleTheme = createTheme({
  components: { ...sized('xs'), Button: { defaultProps: { size: 'xs', loaderProps: { type: 'dots' } } } },
});

/** Mantine's own variables, pointed at the tokens of tokens.css, so that both come from one place. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--gh-surface)',
    '--mantine-color-text': 'var(--gh-text)',
    '--mantine-color-dimmed': 'var(--gh-dim)',
    '--mantine-color-error': 'var(--gh-bad)',
    '--mantine-color-placeholder': 'var(--gh-dim)',
    '--mantine-color-anchor': 'var(--gh-brand-text)',
    '--mantine-color-default': 'var(--gh-surface)',
    '--mantine-color-default-hover': 'var(--gh-sunken)',
    '--mantine-color-default-color': 'var(--gh-text)',
    '--mantine-color-default-border': 'var(--gh-border-strong)',
    '--mantine-color-brand-light': 'var(--gh-brand-soft)',
    '--mantine-color-brand-light-hover': 'var(--gh-brand-soft-hover)',
    '--mantine-color-brand-light-color': 'var(--gh-brand-text)',
    '--mantine-color-brand-outline': 'var(--gh-brand-text)',
    '--mantine-color-red-filled': 'var(--gh-bad-solid)',
    '--mantine-color-red-filled-hover': 'var(--gh-bad-solid-hover)',
  };
  return { variables: {}, light: shared, dark: shared };
};
