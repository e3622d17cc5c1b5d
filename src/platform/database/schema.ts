// biome-ignore lint/complexity/noBannedTypes: generated from the migrations
export type DB = {}
