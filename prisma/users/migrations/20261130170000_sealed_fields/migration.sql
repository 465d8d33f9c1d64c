-- CreateTable
CREATE TABLE "person_key" (
    "person_id" UUID NOT NULL,
    "sealed_key" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "shredded_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_key_pkey" PRIMARY KEY ("person_id")
);

-- CreateTable
CREATE TABLE "search_key" (
    "id" TEXT NOT NULL,
    "sealed_key" TEXT NOT NULL,

    CONSTRAINT "search_key_pkey" PRIMARY KEY ("id")
);
