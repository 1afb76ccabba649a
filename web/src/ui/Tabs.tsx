import { Tabs as MantineTabs } from '@mantine/core'
import { useEffect, useRef, type ReactNode } from 'react'
import css from './Tabs.module.css'

export interface Tab<T extends string = string> {
  value: T
  label: ReactNode
  content?: ReactNode
  disabled?: boolean
}

export interface TabsProps<T extends string> {
  value: T
  onChange: (value: T) => void
  tabs: readonly Tab<T>[]
  ariaLabel: string
  /** At the right end of the row. */
  right?: ReactNode
  padded?: boolean
}

/** A row of tabs that scrolls where it does not fit. Only the open one is drawn. */
export function Tabs<T extends string>({ value, onChange, tabs, ariaLabel, right, padded = true }: TabsProps<T>) {
  const row = useRef<HTMLDivElement>(null)
  // On a narrow window the open tab may stand beyond the edge. Only the row moves: a page does not scroll down to tabs by itself.
  useEffect(() => {
    const open = row.current?.querySelector('[data-active]')?.getBoundingClientRect()
    if (!row.current || !open) return
    const { left, right } = row.current.getBoundingClientRect()
    row.current.scrollLeft += Math.min(open.left - left, Math.max(open.right - right, 0))
  }, [value])
  return (
    <MantineTabs value={value} onChange={(next) => next && onChange(next as T)} keepMounted={false} classNames={{ list: css.list, tab: css.tab }}>
      <div className={css.head}>
        <MantineTabs.List ref={row} aria-label={ariaLabel}>
          {tabs.map((tab) => (
            <MantineTabs.Tab key={tab.value} value={tab.value} disabled={tab.disabled}>
              {tab.label}
            </MantineTabs.Tab>
          ))}
        </MantineTabs.List>
        {right && <div className={css.right}>{right}</div>}
      </div>
      {tabs.map((tab) => (
        <MantineTabs.Panel key={tab.value} value={tab.value} className={padded ? css.panel : undefined}>
          {tab.content}
        </MantineTabs.Panel>
      ))}
    </MantineTabs>
  )
}
