import type { Key, Translate } from '@/i18n'

/** Time spans as documents write them: 30s, 5m, 2h, 7d, 1h30m. */
export type Unit = 'ms' | 's' | 'm' | 'h' | 'd'

export const unitMs: Record<Unit, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy

/** Milliseconds, or undefined when the text is no time span. */
export function milliseconds(text: string): number | undefined {
  let total = 0
  part.lastIndex = 0
  const trimmed = text.trim()
  let end = 0
  for (let found = part.exec(trimmed); found; found = part.exec(trimmed)) {
    total += Number(found[1]) * unitMs[found[2] as Unit]
    end = part.lastIndex
  }
  return end > 0 && end === trimmed.length ? total : undefined
}

/** A number and its unit, when the span is whole in one unit. */
export function amount(text: string): { n: number; unit: Unit } | undefined {
  const ms = milliseconds(text)
  if (ms === undefined) return undefined
  const whole = (['d', 'h', 'm', 's'] as const).find((unit) => ms > 0 && ms % unitMs[unit] === 0)
  const unit = whole ?? (ms === 0 ? 's' : ms % 1000 === 0 ? 's' : 'ms')
  return { n: ms / unitMs[unit], unit }
}

/** The span in parts, biggest first: 1h30m → [[1, h], [30, m]]. */
export function parts(text: string): [number, Unit][] {
  let ms = milliseconds(text) ?? 0
  const out: [number, Unit][] = []
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const n = Math.floor(ms / unitMs[unit])
    if (n > 0) out.push([n, unit])
    ms -= n * unitMs[unit]
  }
  return out
}

const unitKeys: Record<Unit, Key> = { ms: 'unit.ms', s: 'unit.s', m: 'unit.m', h: 'unit.h', d: 'unit.d' }
export const unitWord = (unit: Unit, t: Translate): string => t(unitKeys[unit])

/** 1h30m → 1 ч 30 мин; undefined for what is no time span. */
export function spanWords(text: string, t: Translate): string | undefined {
  const found = parts(text)
  return found.length > 0 ? found.map(([n, unit]) => `${n} ${unitWord(unit, t)}`).join(' ') : undefined
}
