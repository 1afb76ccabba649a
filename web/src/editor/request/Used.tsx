import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { SavedRequest } from '@/api'
import { useT } from '@/i18n'
import { Badge, Button, Dialog, Panel } from '@/ui'
import css from '../editor.module.css'
import own from './request.module.css'

/** «Используется»: the steps that send the request, and the running scenarios that still send its former text. */
export function Used({ request, unsaved }: { request: SavedRequest; unsaved: boolean }) {
  const t = useT()
  const [applying, setApplying] = useState(false)
  const stale = request.used_by.filter((one) => one.stale && one.state === 'running')
  return (
    <Panel title={t('used')}>
      {request.used_by.length === 0 ? (
        <p className={css.muted}>{t('used.none')}</p>
      ) : (
        <ul className={own.used}>
          {request.used_by.map((one) => (
            <li key={one.scenario}>
              <span className={css.changeHead}>
                <Link to="/scenarios/$name" params={{ name: one.scenario }}>{one.title || one.scenario}</Link>
                {one.stale && <Badge tone="info">{t('used.stale')}</Badge>}
              </span>
              {one.steps.map((step) => (
                <Link key={step.id} to="/scenarios/$name" params={{ name: one.scenario }} search={{ step: step.id }} className={own.usedStep}>
                  {t('used.step', { n: step.number, title: step.title || request.title || request.name })}
                </Link>
              ))}
            </li>
          ))}
        </ul>
      )}
      {stale.length > 0 && (
        <div className={own.apply}>
          <Button onClick={() => setApplying(true)} disabled={unsaved} fullWidth>
            {t('apply')}
          </Button>
          {unsaved && <p className={css.fieldHelp}>{t('used.saveFirst')}</p>}
        </div>
      )}
      <Dialog open={applying} onClose={() => setApplying(false)} title={t('used.applyTitle')}>
        <p>{t('used.applyHelp')}</p>
        <ul className={own.used}>
          {stale.map((one) => (
            <li key={one.scenario} className={own.stale}>
              <span>{one.title || one.scenario}</span>
              <Button size="small" to="/scenarios/$name" params={{ name: one.scenario }} search={{ apply: 'open' }} label={`${t('used.compare')}: ${one.title || one.scenario}`}>
                {t('used.compare')}
              </Button>
            </li>
          ))}
        </ul>
      </Dialog>
    </Panel>
  )
}
