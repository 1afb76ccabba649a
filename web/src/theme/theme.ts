import { createTheme, type CSSVariablesResolver, type MantineColorsTuple, type VariantColorsResolver } from '@mantine/core'
import { filled, filledDanger, tokens, variables } from './tokens'

const accent: MantineColorsTuple = [
  '#e6edfd', '#cfdcfb', '#a9c2ff', '#84a9ff', '#5f8af5', '#456fe6', '#3361dd', '#2457d6', '#1d48b5', '#183d9b',
]
// The two grey scales of the library, laid over the tokens so that no part of it keeps a colour of its own.
const gray: MantineColorsTuple = [
  tokens.bg[0], tokens.hover[0], tokens.sunken[0], tokens.line[0], tokens['field-border'][0], tokens['field-border'][0], tokens.muted[0], '#414a5b', '#2b3240', tokens.text[0],
]
const dark: MantineColorsTuple = [
  tokens.text[1], '#c9d0de', tokens.muted[1], tokens['field-border'][1], tokens['field-border'][1], tokens.hover[1], tokens.surface[1], tokens.bg[1], tokens.sunken[1], '#07090d',
]

/** Buttons take their colours from the tokens, except that a filled one is the same deep blue in both schemes. */
const variantColors: VariantColorsResolver = ({ variant, color }) => {
  const danger = color === 'danger'
  const ink = danger ? 'var(--error)' : 'var(--accent)'
  const soft = danger ? 'var(--error-soft)' : 'var(--accent-soft)'
  switch (variant) {
    case 'filled': {
      const fill = danger ? filledDanger : filled
      return { background: fill.rest, hover: fill.hover, color: '#ffffff', border: '1px solid transparent' }
    }
    case 'light':
      return { background: soft, hover: soft, color: ink, border: '1px solid transparent' }
    case 'subtle':
    case 'transparent':
      return { background: 'transparent', hover: 'var(--hover)', color: danger ? ink : 'var(--text)', border: '1px solid transparent' }
    default:
      return { background: 'var(--surface)', hover: 'var(--hover)', color: danger ? ink : 'var(--text)', border: '1px solid var(--field-border)' }
  }
}

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 7,
  colors: { accent, gray, dark },
  black: tokens.text[0],
  white: '#ffffff',
  autoContrast: false,
  variantColorResolver: variantColors,
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
  focusClassName: 'focus-ring',
  activeClassName: 'pressable',
  defaultRadius: 6,
  radius: { xs: '4px', sm: '6px', md: '6px', lg: '10px', xl: '10px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "JetBrains Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.45', sm: '1.45', md: '1.45', lg: '1.45', xl: '1.45' },
  shadows: { xs: 'none', sm: 'none', md: 'var(--shadow)', lg: 'var(--shadow)', xl: 'var(--shadow)' },
})

function scheme(name: 'light' | 'dark'): Record<string, string> {
  return {
    ...variables(name),
    '--shadow': name === 'light' ? '0 8px 28px rgb(23 27 36 / 0.16)' : '0 8px 28px rgb(0 0 0 / 0.55)',
    '--filled': filled.rest,
    '--mantine-color-body': 'var(--bg)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-bright': 'var(--text)',
    '--mantine-color-dimmed': 'var(--muted)',
    '--mantine-color-placeholder': 'var(--muted)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-error': 'var(--error)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-border': 'var(--field-border)',
    '--mantine-color-disabled': 'var(--sunken)',
    '--mantine-color-disabled-color': 'var(--muted)',
    '--mantine-color-disabled-border': 'var(--line)',
    '--mantine-primary-color-light': 'var(--accent-soft)',
    '--mantine-primary-color-light-color': 'var(--accent)',
  }
}

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: scheme('light'), dark: scheme('dark') })
