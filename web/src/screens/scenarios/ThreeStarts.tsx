import type { ReactNode } from 'react'
import { useT } from '@/i18n'
import { Button, Icon, Muted, Row, type IconName } from '@/ui'
import css from './Scenarios.module.css'

/** The first thing that is seen: a choice of three, not a blank table. */
export function ThreeStarts({ onQuick, onBlank, onImport, busy }: { onQuick: () => void; onBlank: () => void; onImport: () => void; busy: boolean }) {
  const t = useT()
  return (
    <div className={css.starts}>
      <p className={css.startsIntro}>{t('starts.intro')}</p>
      <div className={css.startCards}>
        <Start icon="bolt" title={t('quick.title')} text={t('quick.text')}>
          <Button kind="main" onClick={onQuick} label={`${t('quick.title')}: ${t('quick.try')}`}>
            {t('quick.try')}
          </Button>
        </Start>
        <Start icon="recipe" title={t('recipe')} text={t('recipe.text')}>
          <Button to="/recipes" label={`${t('recipe')}: ${t('recipe.choose')}`}>
            {t('recipe.choose')}
          </Button>
        </Start>
        <Start icon="blank" title={t('blank.title')} text={t('blank.text')}>
          <Button onClick={onBlank} loading={busy} label={`${t('blank.title')}: ${t('create')}`}>
            {t('create')}
          </Button>
        </Start>
      </div>
      <Row gap={8}>
        <Muted>{t('import.have')}</Muted>
        <Button kind="quiet" size="small" icon="upload" onClick={onImport}>
          {t('import')}
        </Button>
      </Row>
    </div>
  )
}

function Start({ icon, title, text, children }: { icon: IconName; title: string; text: string; children: ReactNode }) {
  return (
    <section className={css.start}>
      <h2>
        <Icon name={icon} size={20} /> {title}
      </h2>
      <p>{text}</p>
      <div>{children}</div>
    </section>
  )
}
