-- CreateIndex
CREATE INDEX "content_analysis_status_created_at_id_idx" ON "content_analysis"("status", "created_at", "id");
