import { Fragment } from 'react'
import css from './data.module.css'

/** A text of the catalogue in which `backticks` mark what is typed or read literally. */
export function Rich({ children }: { children: string }) {
  return (
    <>
      {children.split('`').map((part, index) => (index % 2 ? <code key={index} className={css.typed}>{part}</code> : <Fragment key={index}>{part}</Fragment>))}
    </>
  )
}
