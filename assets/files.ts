// The script of the Files page. The page is complete without it, by a plain form; this sends what is chosen, dropped or
// pasted at once, and shows how far each file is.

import './files/choosing.ts'
import './files/deleting.ts'
import './files/leaving.ts'
