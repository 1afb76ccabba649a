import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { runsChartQuery } from '@/api'
import { number, period, useT } from '@/i18n'
import css from './Chart.module.css'

/** How many answers make a chart at most; the rest of a long history stays blank. */
const mostAnswers = 50

interface Props {
  q: string
  /** A period was chosen, by a press or by drawing over the bars. */
  onPeriod: (after: string, before: string) => void
}

/** How runs went over time: what was done above, attempts that did not succeed below. */
export function Chart({ q, onPeriod }: Props) {
  const t = useT()
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = useInfiniteQuery(runsChartQuery(q))
  const answers = data?.pages.length ?? 0
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError && answers < mostAnswers) void fetchNextPage()
  }, [hasNextPage, isFetching, isError, answers, fetchNextPage])
  const frame = data?.pages[0]
  const bars = useMemo(() => {
    if (!frame) return []
    const counted = new Map(data.pages.flatMap((page) => page.bars).map((bar) => [Date.parse(bar.at), bar]))
    const from = Date.parse(frame.from)
    const width = frame.width_seconds * 1000
    return Array.from({ length: Math.min(200, Math.round((Date.parse(frame.to) - from) / width)) }, (_, i) => {
      const at = from + i * width
      return { at, until: at + width, bar: counted.get(at) }
    })
  }, [data, frame])
  const [pointed, setHere] = useState<number>()
  const [drawing, setDrawn] = useState<{ from: number; to: number }>()
  const box = useRef<HTMLDivElement>(null)
  if (!frame || bars.length === 0) return <div className={css.chart} aria-hidden />

  // Another period may have fewer bars than the one that was pointed at.
  const within = (index: number) => Math.min(index, bars.length - 1)
  const here = pointed === undefined ? undefined : within(pointed)
  const drawn = drawing && { from: within(drawing.from), to: within(drawing.to) }
  const most = Math.max(1, ...bars.map((one) => Math.max(one.bar?.done ?? 0, one.bar?.failed ?? 0)))
  const height = (n: number) => (n === 0 ? 0 : Math.max(2, Math.round((n / most) * 30)))
  const indexAt = (event: PointerEvent) => {
    const area = box.current!.getBoundingClientRect()
    return Math.max(0, Math.min(bars.length - 1, Math.floor(((event.clientX - area.left) / area.width) * bars.length)))
  }
  const choose = (from: number, to: number) => {
    const [first, last] = from <= to ? [from, to] : [to, from]
    onPeriod(new Date(bars[first]!.at).toISOString(), new Date(bars[last]!.until).toISOString())
  }
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    const at = indexAt(event)
    setDrawn({ from: at, to: at })
  }
  const move = (event: PointerEvent) => {
    const at = indexAt(event)
    setHere(at)
    if (drawn) setDrawn({ ...drawn, to: at })
  }
  const up = () => {
    if (drawn) choose(drawn.from, drawn.to)
    setDrawn(undefined)
  }
  const key = (event: KeyboardEvent) => {
    const at = here ?? bars.length - 1
    const to: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }
    if (event.key in to) {
      event.preventDefault()
      const next = Math.max(0, Math.min(bars.length - 1, to[event.key]!))
      setHere(next)
      if (event.shiftKey) setDrawn({ from: drawn?.from ?? at, to: next })
      else setDrawn(undefined)
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      choose(drawn?.from ?? at, drawn?.to ?? at)
      setDrawn(undefined)
    } else if (event.key === 'Escape') setDrawn(undefined)
  }
  const words = (index: number) => {
    const { at, until, bar } = bars[index]!
    const span = period(at, until)
    if (!bar) return t('runs.chart.unknown', { span })
    return t(bar.more ? 'runs.chart.barMore' : 'runs.chart.bar', { span, runs: bar.runs, done: bar.done, failed: bar.failed })
  }
  const total = bars.reduce((sum, { bar }) => ({ done: sum.done + (bar?.done ?? 0), failed: sum.failed + (bar?.failed ?? 0) }), { done: 0, failed: 0 })
  const chosen = drawn && { first: Math.min(drawn.from, drawn.to), last: Math.max(drawn.from, drawn.to) }
  return (
    <figure className={css.figure}>
      <div
        ref={box}
        className={css.chart}
        role="slider"
        tabIndex={0}
        aria-label={t('runs.chart')}
        aria-valuemin={0}
        aria-valuemax={bars.length - 1}
        aria-valuenow={here ?? bars.length - 1}
        aria-valuetext={words(here ?? bars.length - 1)}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => setDrawn(undefined)}
        onPointerLeave={() => !drawn && setHere(undefined)}
        onKeyDown={key}
      >
        {bars.map(({ at, bar }, i) => (
          <span key={at} className={css.slot} data-here={i === here || undefined} data-drawn={(chosen && i >= chosen.first && i <= chosen.last) || undefined} data-unknown={!bar || undefined}>
            <span className={css.done} style={{ height: height(bar?.done ?? 0) }} />
            <span className={css.failed} style={{ height: height(bar?.failed ?? 0) }} />
          </span>
        ))}
      </div>
      <figcaption className={css.legend}>
        <span className={css.key}>
          <span className={css.keyDone} aria-hidden /> {t('runs.chart.done')} {number(total.done)}
        </span>
        <span className={css.key}>
          <span className={css.keyFailed} aria-hidden /> {t('runs.chart.failed')} {number(total.failed)}
        </span>
        <span className={css.span}>{here !== undefined ? words(here) : period(frame.from, frame.to)}</span>
      </figcaption>
    </figure>
  )
}
