import { useT } from '@/i18n'
import { Button, EmptyState, Page } from '@/ui'

export default function RequestsPage() {
  const t = useT()
  return (
    <Page title={t('nav.requests')}>
      <EmptyState icon="requests" title={t('requests.none')} actions={<Button kind="main" to="/scenarios">{t('page.toScenarios')}</Button>}>
        {t('requests.help')}
      </EmptyState>
    </Page>
  )
}
