/** The colours of the interface, light and dark. Contrast was computed; see the theme's test. */
export const tokens = {
  bg: ['#f7f8fa', '#0f131b'],
  surface: ['#ffffff', '#171c26'],
  sunken: ['#eef0f4', '#0b0e14'],
  raised: ['#ffffff', '#1d2330'],
  text: ['#171b24', '#e8ebf2'],
  muted: ['#566074', '#a0aabd'],
  line: ['#dfe3ea', '#2a3140'],
  'field-border': ['#818a9b', '#6b7690'],
  accent: ['#2457d6', '#84a9ff'],
  'accent-soft': ['#e6edfd', '#1a2a52'],
  ok: ['#0b7a4b', '#4cc38a'],
  'ok-soft': ['#e2f5ec', '#10301f'],
  warn: ['#8f5600', '#f0b355'],
  'warn-soft': ['#fdf1dc', '#37270c'],
  error: ['#c02637', '#ff8f98'],
  'error-soft': ['#fde8ea', '#40161c'],
  info: ['#0c6b8a', '#5cc3e4'],
  'info-soft': ['#e1f3f9', '#0d303d'],
  pill: ['#6b2fb3', '#c9a4ff'],
  'pill-soft': ['#f1e8fc', '#2f1c4a'],
  hover: ['#f0f2f6', '#202735'],
  press: ['#e4e8ef', '#2a3242'],
} as const satisfies Record<string, readonly [light: string, dark: string]>

export type Token = keyof typeof tokens

/** The fill of the main button, in both schemes: white text on it has a contrast of 6.2 : 1. */
export const filled = { rest: '#2457d6', hover: '#1d48b5', press: '#183d9b' } as const
export const filledDanger = { rest: '#c02637', hover: '#a51f2f', press: '#8c1826' } as const

/** The tokens of one scheme as CSS variables: --bg, --text, … */
export function variables(scheme: 'light' | 'dark'): Record<`--${string}`, string> {
  const at = scheme === 'light' ? 0 : 1
  return Object.fromEntries(Object.entries(tokens).map(([name, pair]) => [`--${name}`, pair[at]]))
}
