import { useT } from '@/i18n'
import { Button, EmptyState, Page } from '@/ui'

export default function ConnectionsPage() {
  const t = useT()
  return (
    <Page title={t('nav.connections')}>
      <EmptyState icon="connections" title={t('connections.none')} actions={<Button kind="main" to="/settings/$section" params={{ section: 'secrets' }}>{t('connections.toSecrets')}</Button>}>
        {t('connections.help')}
      </EmptyState>
    </Page>
  )
}
