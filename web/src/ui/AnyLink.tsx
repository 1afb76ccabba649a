import { Link, type LinkProps } from '@tanstack/react-router'
import { forwardRef, type AnchorHTMLAttributes } from 'react'

export interface AnyLinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  to: LinkProps['to']
  params?: Record<string, string>
  search?: Record<string, unknown>
}

/** A link of the router whose parameters come from data, so that their names cannot be proved by types. */
export const AnyLink = forwardRef<HTMLAnchorElement, AnyLinkProps>(function AnyLink({ to, params, search, ...rest }, ref) {
  return <Link ref={ref} to={to} params={params as never} search={search as never} {...rest} />
})
