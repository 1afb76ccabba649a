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
  /** At the right end of the row, above it where both do not fit. */
  right?: ReactNode
  padded?: boolean
}

/** Tabs, in as many rows as they need; on a narrow screen in one that scrolls, with the open one in sight. Only that one is drawn. */
export function Tabs<T extends string>({ value, onChange, tabs, ariaLabel, right, padded = true }: TabsProps<T>) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>('[data-active]')
    if (tab) list.current!.scrollLeft = tab.offsetLeft - (list.current!.clientWidth - tab.offsetWidth) / 2
  }, [value])
  return (
    <MantineTabs value={value} onChange={(next) => next && onChange(next as T)} keepMounted={false} classNames={{ list: css.list, tab: css.tab }}>
      <div className={css.head}>
        <MantineTabs.List ref={list} aria-label={ariaLabel}>
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
