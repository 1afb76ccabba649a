import { useCallback, useEffect, useLayoutEffect, useRef, useState, type PointerEvent, type RefObject } from 'react'
import { scaleIn } from './layout'

const smallest = 0.25
const largest = 1.5
const step = 1.25
const bounded = (scale: number): number => Math.min(largest, Math.max(smallest, scale))

export interface View {
  ref: RefObject<HTMLDivElement | null>
  /** The room for the map; undefined until it is known. */
  size: { width: number; height: number } | undefined
  scale: number
  zoom(by: 1 | -1): void
  /** Shows all of a map, as far as it can be read then. */
  fit(map: { width: number; height: number }, least?: number): void
  /** Moves the map by a drag that begins on free canvas. */
  drag(event: PointerEvent): void
  /** A point of the window, on the map. */
  on(client: { x: number; y: number }): { x: number; y: number }
}

/** What of a map is seen. It scrolls like any page, so that keys, fingers and readers find their way; the wheel zooms. */
export function useView(margin: number): View {
  const ref = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState<View['size']>()
  const [scale, setScale] = useState(1)
  const room = useCallback(() => ({ width: (ref.current?.clientWidth ?? 0) - 2 * margin, height: (ref.current?.clientHeight ?? 0) - 2 * margin }), [margin])
  useLayoutEffect(() => {
    const measure = () => setSize(room())
    measure()
    const watch = new ResizeObserver(measure)
    if (ref.current) watch.observe(ref.current)
    return () => watch.disconnect()
  }, [room])
  // What was under the pointer stays there when the scale is another one.
  const held = useRef<{ x: number; y: number; scale: number } | undefined>(undefined)
  useLayoutEffect(() => {
    const view = ref.current
    const from = held.current
    held.current = undefined
    if (!view || !from) return
    const grown = scale / from.scale
    view.scrollLeft = (view.scrollLeft + from.x - margin) * grown - from.x + margin
    view.scrollTop = (view.scrollTop + from.y - margin) * grown - from.y + margin
  }, [scale, margin])

  const rescale = useCallback(
    (next: number, at?: { x: number; y: number }) => {
      const view = ref.current
      if (!view || bounded(next) === scale) return
      held.current = { ...(at ?? { x: view.clientWidth / 2, y: view.clientHeight / 2 }), scale }
      setScale(bounded(next))
    },
    [scale],
  )
  useEffect(() => {
    const view = ref.current
    // React listens passively, and could not keep the page still.
    const wheel = (event: WheelEvent) => {
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return
      event.preventDefault()
      const box = view!.getBoundingClientRect()
      rescale(scale * Math.exp(-event.deltaY / 400), { x: event.clientX - box.left, y: event.clientY - box.top })
    }
    view?.addEventListener('wheel', wheel, { passive: false })
    return () => view?.removeEventListener('wheel', wheel)
  }, [rescale, scale])

  return {
    ref,
    size,
    scale,
    zoom: (by) => rescale(scale * step ** by),
    fit: (map, least = smallest) => rescale(Math.max(least, scaleIn(room(), map))),
    drag: (event) => {
      const view = ref.current
      // A finger scrolls by itself.
      if (!view || event.button !== 0 || event.pointerType === 'touch') return
      const box = view.getBoundingClientRect()
      // Beyond what is shown stand the scrollbars.
      if (event.clientX - box.left - view.clientLeft >= view.clientWidth || event.clientY - box.top - view.clientTop >= view.clientHeight) return
      const from = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop }
      // A button that was let go outside of the window told nobody.
      const move = (now: globalThis.PointerEvent) => (now.buttons === 0 ? end() : view.scrollTo(from.x - now.clientX, from.y - now.clientY))
      const end = () => {
        removeEventListener('pointermove', move)
        removeEventListener('pointerup', end)
        removeEventListener('pointercancel', end)
      }
      addEventListener('pointermove', move)
      addEventListener('pointerup', end)
      addEventListener('pointercancel', end)
    },
    on: ({ x, y }) => {
      const view = ref.current
      const box = view?.getBoundingClientRect()
      return view && box ? { x: (x - box.left + view.scrollLeft - margin) / scale, y: (y - box.top + view.scrollTop - margin) / scale } : { x, y }
    },
  }
}
