import { useNavigate, useParams } from '@tanstack/react-router'
import { useT, type Key } from '@/i18n'
import { Page, Tabs } from '@/ui'
import { AboutSection } from './AboutSection'
import { AccountSection } from './AccountSection'
import { AuditSection } from './AuditSection'
import { GeneralSection } from './GeneralSection'
import { NoticesSection } from './NoticesSection'
import { RetentionSection } from './RetentionSection'
import { SecretsSection } from './SecretsSection'
import { SecuritySection } from './SecuritySection'
import css from './Settings.module.css'

const sections = {
  general: { label: 'settings.general', content: GeneralSection },
  notices: { label: 'settings.notices', content: NoticesSection },
  retention: { label: 'settings.retention', content: RetentionSection },
  security: { label: 'settings.security', content: SecuritySection },
  secrets: { label: 'settings.secrets', content: SecretsSection },
  audit: { label: 'settings.audit', content: AuditSection },
  account: { label: 'settings.account', content: AccountSection },
  about: { label: 'settings.about', content: AboutSection },
} satisfies Record<string, { label: Key; content: () => React.ReactNode }>

type Section = keyof typeof sections
const order = Object.keys(sections) as Section[]

export default function SettingsPage() {
  const t = useT()
  const navigate = useNavigate()
  const { section } = useParams({ strict: false })
  const open: Section = section && section in sections ? (section as Section) : 'general'
  return (
    <Page title={t('nav.settings')}>
      <Tabs
        ariaLabel={t('nav.settings')}
        value={open}
        onChange={(next) => void navigate({ to: '/settings/$section', params: { section: next } })}
        tabs={order.map((value) => {
          const Content = sections[value].content
          return {
            value,
            label: t(sections[value].label),
            content: (
              <div className={css.section}>
                <Content />
              </div>
            ),
          }
        })}
      />
    </Page>
  )
}
