-- CreateIndex
CREATE INDEX "acl_entry_expires_at_idx" ON "acl_entry"("expires_at");
