import { useLocation, useNavigate } from '@tanstack/react-router'
import { useT } from '@/i18n'
import { EmptyState, Page, Tabs } from '@/ui'
import { LanesTab } from './LanesTab'

/** Connections, and beside them the queues to the services behind them. */
export default function ConnectionsPage() {
  const t = useT()
  const go = useNavigate()
  const lanes = useLocation({ select: (at) => at.pathname.startsWith('/lanes') })
  return (
    <Page title={t('nav.connections')}>
      <Tabs
        value={lanes ? 'lanes' : 'connections'}
        onChange={(tab) => void go({ to: tab === 'lanes' ? '/lanes' : '/connections' })}
        ariaLabel={t('nav.connections')}
        tabs={[
          {
            value: 'connections',
            label: t('nav.connections'),
            content: (
              <EmptyState icon="connections" title={t('connections.none')}>
                {t('connections.help')}
              </EmptyState>
            ),
          },
          { value: 'lanes', label: t('lanes.title'), content: <LanesTab /> },
        ]}
      />
    </Page>
  )
}
