import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useT } from '@/i18n'
import { Page, Stack, Tabs } from '@/ui'

/** The history's frame: the runs themselves, and whether all that came in is accounted for. */
export function HistoryFrame({ tab, actions, children }: { tab: 'list' | 'reconciliation'; actions?: ReactNode; children: ReactNode }) {
  const t = useT()
  const go = useNavigate()
  const content = <Stack gap={16}>{children}</Stack>
  return (
    <Page title={t('nav.history')} actions={actions}>
      <Tabs
        value={tab}
        onChange={(next) => void go({ to: next === 'list' ? '/runs' : '/runs/reconciliation' })}
        ariaLabel={t('nav.history')}
        tabs={[
          { value: 'list', label: t('runs.tab.list'), content },
          { value: 'reconciliation', label: t('runs.tab.reconciliation'), content },
        ]}
      />
    </Page>
  )
}
