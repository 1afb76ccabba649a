import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, type ReactNode } from 'react'
import type { Search } from '@/app/router'
import { useT } from '@/i18n'
import { Page, Stack, Tabs } from '@/ui'

const pages = { list: '/runs', bulk: '/runs/bulk', reconciliation: '/runs/reconciliation' } as const

/** The history's frame: the runs themselves, what was done to many of them, and whether all that came in is accounted for. */
export function HistoryFrame({ tab, actions, children }: { tab: keyof typeof pages; actions?: ReactNode; children: ReactNode }) {
  const t = useT()
  const go = useNavigate()
  // Each tab is a page of its own: the focus goes along with whoever came from the other one.
  const frame = useRef<HTMLDivElement>(null)
  const { byTab } = useLocation().state as { byTab?: boolean }
  useEffect(() => {
    if (byTab) frame.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus()
  }, [byTab])
  const content = <Stack gap={16}>{children}</Stack>
  return (
    <Page title={t('nav.history')} actions={actions}>
      <div ref={frame}>
        <Tabs
          value={tab}
          // The question stays in the address for the way back.
          onChange={(next) => void go({ to: pages[next as keyof typeof pages], search: ((old: Search) => old) as never, state: { byTab: true } as never })}
          ariaLabel={t('nav.history')}
          tabs={[
            { value: 'list', label: t('runs.tab.list'), content },
            { value: 'bulk', label: t('runs.tab.bulk'), content },
            { value: 'reconciliation', label: t('runs.tab.reconciliation'), content },
          ]}
        />
      </div>
    </Page>
  )
}
