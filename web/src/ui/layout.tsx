import type { CSSProperties, ReactNode } from 'react'
import { usePageTitle } from './hooks'
import css from './layout.module.css'

type Gap = 0 | 4 | 8 | 12 | 16 | 24 | 32
interface BoxProps {
  children: ReactNode
  gap?: Gap
  className?: string
  style?: CSSProperties
}

/** Below one another. */
export function Stack({ children, gap = 12, className, style }: BoxProps) {
  return (
    <div className={`${css.stack} ${className ?? ''}`} style={{ gap, ...style }}>
      {children}
    </div>
  )
}

/** Beside one another; goes on below where there is no room. */
export function Row({ children, gap = 8, className, style, wrap = true, align = 'center', justify }: BoxProps & { wrap?: boolean; align?: 'center' | 'start' | 'end' | 'baseline'; justify?: 'between' | 'end' }) {
  return (
    <div
      className={`${css.row} ${className ?? ''}`}
      style={{ gap, flexWrap: wrap ? 'wrap' : 'nowrap', alignItems: align, justifyContent: justify === 'between' ? 'space-between' : justify, ...style }}
    >
      {children}
    </div>
  )
}

/** What is beside it moves to the end of the row. */
export const Spring = () => <span className={css.spring} />

export function Panel({ children, title, actions, padded = true, className }: { children: ReactNode; title?: ReactNode; actions?: ReactNode; padded?: boolean; className?: string }) {
  return (
    <section className={`${css.panel} ${className ?? ''}`}>
      {(title || actions) && (
        <header className={css.panelHead}>
          {typeof title === 'string' ? <h2>{title}</h2> : title}
          {actions && <div className={css.panelActions}>{actions}</div>}
        </header>
      )}
      <div className={padded ? css.panelBody : undefined}>{children}</div>
    </section>
  )
}

export interface PageProps {
  title: ReactNode
  /** Where this page belongs; a link back. */
  back?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export function Page({ title, back, actions, children }: PageProps) {
  usePageTitle(typeof title === 'string' ? title : undefined)
  return (
    <div className={css.page}>
      <header className={css.pageHead}>
        <div className={css.pageTitle}>
          {back}
          {typeof title === 'string' ? <h1>{title}</h1> : title}
        </div>
        {actions && <div className={css.pageActions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** Grey words beside the ones that matter. */
export const Muted = ({ children, small }: { children: ReactNode; small?: boolean }) => <span className={small ? css.mutedSmall : css.muted}>{children}</span>

export const Mono = ({ children }: { children: ReactNode }) => <span className="mono">{children}</span>

/** Name and value pairs, for reading. */
export function Facts({ items }: { items: (readonly [name: ReactNode, value: ReactNode] | false | undefined | null)[] }) {
  return (
    <dl className={css.facts}>
      {items.map((item, index) =>
        item ? (
          <div key={index}>
            <dt>{item[0]}</dt>
            <dd>{item[1]}</dd>
          </div>
        ) : null,
      )}
    </dl>
  )
}
