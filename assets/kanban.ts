// The Kanban's own script. The page is complete without it, through links and forms; this makes it quick. Whatever
// moves a task (a drag, a key, the menu) calls moveTo, and everything listens at the document, so that it holds for
// what is swapped in later and costs nothing per task.

import { setUpDragging } from './kanban/dragging.ts'
import './kanban/forms.ts'
import './kanban/keyboard.ts'
import './kanban/menu.ts'
import { afterSwap } from './kanban/swaps.ts'
import './kanban/tabs.ts'
import { describeLists } from './kanban/page.ts'

function setUp(): void {
  setUpDragging()
  describeLists()
}

afterSwap(setUp)
setUp()
