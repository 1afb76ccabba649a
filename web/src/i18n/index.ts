import i18next, { type i18n } from 'i18next'
import { useSyncExternalStore } from 'react'
import type editorRu from './editor.ru.json'
import type ru from './ru.json'
import type historyRu from './history.ru.json'

export type Language = 'ru' | 'en'
export const languages: readonly Language[] = ['ru', 'en']

type PluralSuffix = '_one' | '_few' | '_many' | '_other'
type Base<K extends string> = K extends `${infer B}${PluralSuffix}` ? B : K
/** A key of the catalogues; a plural is named without its suffix. */
export type Key = Base<Extract<keyof typeof ru | keyof typeof editorRu | keyof typeof historyRu, string>>
export type Values = Record<string, string | number>
export type Translate = (key: Key, values?: Values) => string

const storageKey = 'gonets.language'

function remembered(): Language {
  try {
    const kept = localStorage.getItem(storageKey)
    if (kept === 'ru' || kept === 'en') return kept
  } catch {
    // A browser that keeps nothing still has a language of its own.
  }
  const wanted = typeof navigator === 'undefined' ? [] : (navigator.languages ?? [navigator.language])
  return wanted.some((tag) => /^(ru|be|uk|kk)\b/i.test(tag)) ? 'ru' : 'en'
}

export const instance: i18n = i18next.createInstance()
void instance.init({
  lng: remembered(),
  fallbackLng: false,
  resources: {},
  ns: ['main'],
  defaultNS: 'main',
  // Keys hold dots and some are the beginning of others (check, check.step): they are names, not paths.
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
  // React escapes; escaping here too would show &quot; to people.
  interpolation: { escapeValue: false },
  returnNull: false,
})

type Texts = Record<string, string>
// i18next needs the count itself to choose the plural form; what is shown of it is written in the language's way.
const shown = (text: string) => text.replaceAll('{{count}}', '{{countShown}}')
const add = (language: Language, texts: Texts) =>
  instance.addResourceBundle(language, 'main', Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, shown(text)])), true, true)

/** Adds the texts of a part of the interface that is loaded later. */
export function addTexts(texts: Record<Language, Texts>): void {
  for (const language of languages) add(language, texts[language])
}

// A person reads one language: the other one is fetched by whoever changes to it.
const catalogues: Record<Language, () => Promise<{ default: Texts }>> = { ru: () => import('./ru.json'), en: () => import('./en.json') }
const loaded = new Set<Language>()

/** Fetches the texts of a language. Nothing can be said in it before. */
export async function loadTexts(language: Language): Promise<void> {
  if (loaded.has(language)) return
  const { default: texts } = await catalogues[language]()
  add(language, texts)
  loaded.add(language)
}

/** Fetches what the first page says: in the person's language, asked for twice, else in the other one until the next reload. */
export async function firstTexts(): Promise<void> {
  const wished = language()
  const other = wished === 'ru' ? 'en' : 'ru'
  try {
    await loadTexts(wished).catch(() => loadTexts(wished))
  } catch {
    await loadTexts(other)
    await instance.changeLanguage(other)
  }
}

const listeners = new Set<() => void>()
instance.on('languageChanged', () => {
  document.documentElement.lang = language()
  for (const listener of listeners) listener()
})

export const language = (): Language => (instance.language === 'en' ? 'en' : 'ru')

let wanted: Language | undefined

/** Switches the language of the whole interface without a reload: at once, or when its texts have come. */
export async function setLanguage(next: Language): Promise<void> {
  wanted = next
  if (!loaded.has(next)) await loadTexts(next)
  // Somebody may have chosen again meanwhile.
  if (wanted !== next) return
  try {
    localStorage.setItem(storageKey, next)
  } catch {
    // It then lasts until the page is closed.
  }
  await instance.changeLanguage(next)
}

/** For code outside of React. Numbers among the values are written in the language's way, count included. */
export const t: Translate = (key, values) => instance.t(key as string, localise(values)) as string

function localise(values: Values = {}): Record<string, unknown> {
  const written = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? number(value) : value]))
  return 'count' in values ? { ...written, count: values['count'], countShown: written['count'] } : written
}

export function useLanguage(): Language {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    language,
    language,
  )
}

/** The translation of the present language; a component that uses it is drawn again when the language changes. */
export function useT(): Translate {
  useLanguage()
  return t
}

/** A text that the server sent in both languages. */
export type Both = Partial<Record<Language, string>>
export const pick = (text: Both | undefined): string => text?.[language()] ?? text?.en ?? text?.ru ?? ''

// ── numbers, times, sizes ────────────────────────────────────────────────

let zone: string | undefined

export const timeZone = (): string => zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
/** The zone in which times are shown: that by which the server goes, the same in every browser; before anybody is logged in, the browser's own. */
export function setTimeZone(next: string | undefined): void {
  const known = next && inBrowser(next) ? next : undefined
  if (known === zone) return
  zone = known
  for (const listener of listeners) listener()
}

/** The server may know a zone that this browser does not. */
function inBrowser(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()
function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const id = `${language()} ${timeZone()} ${JSON.stringify(options)}`
  let format = formats.get(id)
  if (!format) {
    try {
      format = new Intl.DateTimeFormat(locale(), { timeZone: timeZone(), ...options })
    } catch {
      format = new Intl.DateTimeFormat(locale(), options)
    }
    formats.set(id, format)
  }
  return format
}

export const locale = (): 'ru-RU' | 'en-GB' => (language() === 'ru' ? 'ru-RU' : 'en-GB')

type Time = string | number | Date
const at = (time: Time): Date => (time instanceof Date ? time : new Date(time))

export const number = (value: number, options?: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(locale(), options).format(value)

/** Runs and events are counted so far; what is beyond is «10 000+». */
const mostCounted = 10_000
export const counted = (value: number): string => (value < mostCounted ? number(value) : `${number(mostCounted)}+`)
/** For a text with plural forms, whose number is {{n}}. */
export const countOf = (value: number): Values => ({ count: Math.min(value, mostCounted), n: counted(value) })

const dayOf = (time: Date) => dates({ year: 'numeric', month: '2-digit', day: '2-digit' }).format(time)

/** Whether a clock alone tells it. */
export const isToday = (time: Time, now: Time = Date.now()): boolean => dayOf(at(time)) === dayOf(at(now))

/** 12:04:11 today, 21 Nov 12:04 before. */
export function clock(time: Time, now: Time = Date.now()): string {
  const then = at(time)
  if (isToday(time, now)) return dates({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(then)
  const sameYear = dates({ year: 'numeric' }).format(then) === dates({ year: 'numeric' }).format(at(now))
  return dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', ...(sameYear ? {} : { year: 'numeric' }) }).format(then)
}

/** 21 Nov 16:00 – 22 Nov 16:30; a day that both have stands once. */
export const period = (from: Time, to: Time): string => dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).formatRange(at(from), at(to))

/** 12:04 */
export const shortClock = (time: Time): string => dates({ hour: '2-digit', minute: '2-digit' }).format(at(time))
/** A time of the server's clock with its zone beside it: 12:04 (Europe/Moscow). */
export const zoned = (text: string): string => `${text} (${timeZone()})`
/** A date without a time, 2026-11-22, is the same day in every zone. */
export const date = (text: string): string => dates({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(at(text))
/** The day of a time, as 2026-11-22. */
export const dayIn = (time: Time): string => new Intl.DateTimeFormat('en-CA', { timeZone: timeZone(), year: 'numeric', month: '2-digit', day: '2-digit' }).format(at(time))
/** When a day begins that is written 2026-11-22. */
export function dayBegins(day: string): Date {
  const wall = new Intl.DateTimeFormat('en-GB', { timeZone: timeZone(), hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const ahead = (time: number) => {
    const { year, month, day, hour, minute, second } = Object.fromEntries(wall.formatToParts(time).map((part) => [part.type, Number(part.value)])) as Record<string, number>
    return Date.UTC(year!, month! - 1, day, hour, minute, second) - time
  }
  // Clocks may be set between that hour of UTC and midnight, or at midnight, which is missing then.
  const utc = Date.parse(`${day}T00:00:00Z`)
  const near = utc - ahead(utc)
  const exact = utc - ahead(near)
  return new Date(dayIn(exact) === day ? exact : near)
}
/** The day after one that is written 2026-11-22, written so too. */
export const dayAfter = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
/** The last second of a day that is written 2026-11-22. */
export const dayEnds = (day: string): Date => new Date(dayBegins(dayAfter(day)).getTime() - 1000)
/** The whole truth about a time, for tips: date, seconds, zone, and UTC beside it. */
export const fullTime = (time: Time): string =>
  `${dates({ dateStyle: 'long', timeStyle: 'medium' }).format(at(time))} (${timeZone()}) · ${at(time).toISOString()}`

/** How long ago or until: 5 min ago, in 29 min. */
export function ago(time: Time, now: Time = Date.now()): string {
  const seconds = Math.round((at(time).getTime() - at(now).getTime()) / 1000)
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: 'short' })
  const size = Math.abs(seconds)
  if (size < 60) return relative.format(seconds, 'second')
  if (size < 3600) return relative.format(Math.trunc(seconds / 60), 'minute')
  if (size < 48 * 3600) return relative.format(Math.trunc(seconds / 3600), 'hour')
  return relative.format(Math.trunc(seconds / 86400), 'day')
}

/** How old something is, without words around it: 5 min. For rows where the column says what it is. */
export function age(time: Time, now: Time = Date.now()): string {
  const seconds = Math.max(0, Math.round((at(now).getTime() - at(time).getTime()) / 1000))
  if (seconds < 60) return unit(seconds, 'second')
  if (seconds < 3600) return unit(Math.trunc(seconds / 60), 'minute')
  if (seconds < 48 * 3600) return unit(Math.trunc(seconds / 3600), 'hour')
  return unit(Math.trunc(seconds / 86400), 'day')
}

// English has one sign for one and for many, as in what people type: 5 s, 30 min.
const signs: Record<string, Key> = { second: 'unit.s', minute: 'unit.m', hour: 'unit.h', day: 'unit.d', millisecond: 'unit.ms' }

const unit = (value: number, name: string, digits = 0): string =>
  language() === 'en' && signs[name]
    ? `${new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value)}\u00a0${t(signs[name])}`
    : localUnit(value, name, digits)

const localUnit = (value: number, name: string, digits: number): string =>
  new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits })
    .format(value)
    // As in the rest of the interface: a kilobyte is counted by 1024, and its K is large; bytes are a letter in both languages,
    // and a day has no full stop, which would meet that of its sentence.
    .replace('дн.', 'дн')
    .replace('кБ', 'КБ')
    .replace('kB', 'KB')
    .replace(/bytes?$/, 'B')

/** A text in the quotes of the language: «…» or “…”. */
export const quoted = (text: string): string => (language() === 'ru' ? `«${text}»` : `“${text}”`)

/** Whole days in full words: 1 day, 30 days. */
export const days = (count: number): string => new Intl.NumberFormat(locale(), { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(count)

/** 98 ms, 1.2 s, 3 min 5 s */
export function duration(ms: number): string {
  if (ms < 1) return unit(ms, 'millisecond', 1)
  if (ms < 1000) return unit(Math.round(ms), 'millisecond')
  if (ms < 60_000) return unit(ms / 1000, 'second', ms < 10_000 ? 1 : 0)
  const total = Math.round(ms / 1000)
  const parts: string[] = []
  const days = Math.floor(total / 86400)
  const hours = Math.floor((total % 86400) / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  const seconds = total % 60
  if (days) parts.push(unit(days, 'day'))
  if (hours) parts.push(unit(hours, 'hour'))
  if (minutes && !days) parts.push(unit(minutes, 'minute'))
  if (seconds && !days && !hours) parts.push(unit(seconds, 'second'))
  return parts.join(' ')
}

/** 214 bytes, 1.2 KB, 3 MB */
export function size(bytes: number): string {
  if (bytes < 1000) return unit(bytes, 'byte')
  if (bytes < 1000 * 1024) return unit(bytes / 1024, 'kilobyte', bytes < 10 * 1024 ? 1 : 0)
  if (bytes < 1000 * 1024 * 1024) return unit(bytes / 1024 / 1024, 'megabyte', 1)
  return unit(bytes / 1024 / 1024 / 1024, 'gigabyte', 1)
}
