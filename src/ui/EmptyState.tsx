import type { Child } from 'hono/jsx'
import { Icon, type IconName } from './Icon.tsx'

export interface EmptyStateProps {
  icon: IconName
  /** One sentence */
  text: string
  /** One action: a Button */
  children?: Child
}

/** What stands where there is nothing yet. */
export function EmptyState({ icon, text, children }: EmptyStateProps) {
  return (
    <div class="empty">
      <Icon name={icon} size={32} />
      <p>{text}</p>
      {children}
    </div>
  )
}
