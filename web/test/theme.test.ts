import { describe, expect, it } from 'vitest'
import { filled, filledDanger, tokens } from '../src/theme/tokens'

const channel = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const luminance = (hex: string) => {
  const [r, g, b] = [1, 3, 5].map((at) => channel(parseInt(hex.slice(at, at + 2), 16) / 255)) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
/** Contrast by WCAG 2. */
const contrast = (a: string, b: string) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const grounds = ['bg', 'surface', 'raised'] as const
describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('in the %s scheme', (_, at) => {
  const of = (name: keyof typeof tokens) => tokens[name][at]
  it.each(['text', 'muted', 'accent', 'ok', 'warn', 'error', 'info', 'pill'] as const)('%s can be read on every ground', (name) => {
    for (const ground of grounds) expect(contrast(of(name), of(ground)), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5)
  })
  it.each(['accent', 'ok', 'warn', 'error', 'info', 'pill'] as const)('%s can be read on its soft ground, and so can the text', (name) => {
    expect(contrast(of(name), of(`${name}-soft`))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(of('text'), of(`${name}-soft`))).toBeGreaterThanOrEqual(4.5)
  })
  it('muted words can be read on sunken ground, under the pointer and on soft rows', () => {
    for (const ground of ['sunken', 'hover', 'accent-soft'] as const) expect(contrast(of('muted'), of(ground)), ground).toBeGreaterThanOrEqual(4.5)
  })
  it('the borders of fields can be seen', () => {
    for (const ground of grounds) expect(contrast(of('field-border'), of(ground)), ground).toBeGreaterThanOrEqual(3)
  })
})
it('white can be read on filled buttons', () => {
  for (const fill of [...Object.values(filled), ...Object.values(filledDanger)]) expect(contrast('#ffffff', fill)).toBeGreaterThanOrEqual(4.5)
})
it('a colour that is too pale is found', () => expect(contrast('#868e96', '#ffffff')).toBeLessThan(4.5))
