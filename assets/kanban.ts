// The Kanban's own script.
export {}
