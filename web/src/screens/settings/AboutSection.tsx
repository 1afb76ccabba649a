import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from '@/api'
import { useT } from '@/i18n'
import { Facts, Mono, Muted, Panel, Rich } from '@/ui'

export function AboutSection() {
  const t = useT()
  const { data: session } = useQuery(sessionQuery)
  return (
    <Panel title="Gonets">
      <Facts
        items={[
          [t('about.version'), <Mono>{session?.version ?? '—'}</Mono>],
          session?.public_url ? [t('settings.publicUrl'), <Mono>{session.public_url}</Mono>] : null,
          [t('about.api'), <a href="/api/docs">{t('help.api')}</a>],
          [t('about.openapi'), <a href="/api/openapi.json">/api/openapi.json</a>],
          [t('about.metrics'), <><Mono>/metrics</Mono> <Muted>{t('about.metricsHelp')}</Muted></>],
          [t('about.log'), <Muted><Rich>{t('about.logHelp')}</Rich></Muted>],
          [t('about.command'), <Muted><Rich>{t('about.commandHelp')}</Rich></Muted>],
        ]}
      />
    </Panel>
  )
}
