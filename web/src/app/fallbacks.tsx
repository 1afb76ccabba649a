import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { useT } from '@/i18n'
import { Button, EmptyState, ErrorNote, Page, Skeleton, usePageTitle } from '@/ui'

export function PageMissing() {
  const t = useT()
  usePageTitle(t('page.missing'))
  return (
    <EmptyState icon="search" title={t('page.missing')} actions={<Button to="/scenarios">{t('page.toScenarios')}</Button>}>
      {t('page.missing.help')}
    </EmptyState>
  )
}

export function PageWaiting() {
  return (
    <Page title="">
      <Skeleton lines={6} />
    </Page>
  )
}

export function PageFailed({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <Page title="">
      <ErrorNote
        error={error}
        onRetry={() => {
          reset()
          void router.invalidate()
        }}
      />
    </Page>
  )
}
