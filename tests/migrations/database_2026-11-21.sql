-- A database as the migrations of 21 November 2026 (revision bfc41ba78b6e) made it, with a row in every table.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('bfc41ba78b6e');
CREATE TABLE analyses (
	id VARCHAR(32) NOT NULL, 
	interview_id VARCHAR(32) NOT NULL, 
	answer_id VARCHAR(32) NOT NULL, 
	modality VARCHAR(32) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	progress DOUBLE NOT NULL, 
	reason_code VARCHAR(40), 
	reason VARCHAR(500), 
	attempts INTEGER NOT NULL, 
	lease_owner VARCHAR(80), 
	lease_until DATETIME, 
	model_name VARCHAR(40), 
	model_version VARCHAR(60), 
	model_sha256 VARCHAR(64), 
	result JSON, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	finished_at DATETIME, 
	CONSTRAINT pk_analyses PRIMARY KEY (id), 
	CONSTRAINT fk_analyses_answer_id FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
	CONSTRAINT fk_analyses_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE, 
	CONSTRAINT uq_analyses_answer_id UNIQUE (answer_id, modality)
);
INSERT INTO "analyses" VALUES('0000000000000000000000000000000e','00000000000000000000000000000007','0000000000000000000000000000000a','text','done',1.0,NULL,NULL,1,NULL,NULL,'text','1','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','{"coverage": 1.0}','2026-11-21 16:00:00.000000','2026-11-21 16:00:00.000000','2026-11-21 16:00:00.000000');
CREATE TABLE answers (
	id VARCHAR(32) NOT NULL, 
	interview_id VARCHAR(32) NOT NULL, 
	question_id VARCHAR(32) NOT NULL, 
	text TEXT, 
	text_saved_at DATETIME, 
	shown_at DATETIME, 
	CONSTRAINT pk_answers PRIMARY KEY (id), 
	CONSTRAINT fk_answers_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE, 
	CONSTRAINT fk_answers_question_id FOREIGN KEY(question_id) REFERENCES questions (id), 
	CONSTRAINT uq_answers_interview_id UNIQUE (interview_id, question_id)
);
INSERT INTO "answers" VALUES('0000000000000000000000000000000a','00000000000000000000000000000007','00000000000000000000000000000004','Written beside it.','2026-11-21 16:00:00.000000','2026-11-21 16:00:00.000000');
CREATE TABLE consents (
	id VARCHAR(32) NOT NULL, 
	interview_id VARCHAR(32) NOT NULL, 
	purpose VARCHAR(32) NOT NULL, 
	granted BOOLEAN NOT NULL, 
	text_version VARCHAR(32) NOT NULL, 
	decided_at DATETIME NOT NULL, 
	CONSTRAINT pk_consents PRIMARY KEY (id), 
	CONSTRAINT fk_consents_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE
);
INSERT INTO "consents" VALUES('00000000000000000000000000000009','00000000000000000000000000000007','text',1,'2026-11-21.2','2026-11-21 16:00:00.000000');
CREATE TABLE decisions (
	id VARCHAR(32) NOT NULL, 
	interview_id VARCHAR(32) NOT NULL, 
	outcome VARCHAR(32) NOT NULL, 
	reason TEXT NOT NULL, 
	by_id VARCHAR(32) NOT NULL, 
	decided_at DATETIME NOT NULL, 
	CONSTRAINT pk_decisions PRIMARY KEY (id), 
	CONSTRAINT ck_decisions_reason CHECK (length(reason) > 0), 
	CONSTRAINT fk_decisions_by_id FOREIGN KEY(by_id) REFERENCES users (id), 
	CONSTRAINT fk_decisions_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE
);
INSERT INTO "decisions" VALUES('00000000000000000000000000000013','00000000000000000000000000000007','advance','Clear answers.','00000000000000000000000000000001','2026-11-21 16:00:00.000000');
CREATE TABLE interviews (
	id VARCHAR(32) NOT NULL, 
	mode VARCHAR(32) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	invitation_id VARCHAR(32), 
	job_id VARCHAR(32), 
	question_set_id VARCHAR(32) NOT NULL, 
	candidate_id VARCHAR(32), 
	candidate_name VARCHAR(120) NOT NULL, 
	started_at DATETIME NOT NULL, 
	submitted_at DATETIME, 
	CONSTRAINT pk_interviews PRIMARY KEY (id), 
	CONSTRAINT ck_interviews_mode CHECK ((mode = 'assessment' and invitation_id is not null and job_id is not null) or (mode = 'practice' and invitation_id is null and job_id is null and candidate_id is not null)), 
	CONSTRAINT fk_interviews_candidate_id FOREIGN KEY(candidate_id) REFERENCES users (id), 
	CONSTRAINT fk_interviews_invitation_id FOREIGN KEY(invitation_id) REFERENCES invitations (id), 
	CONSTRAINT fk_interviews_job_id FOREIGN KEY(job_id) REFERENCES jobs (id), 
	CONSTRAINT fk_interviews_question_set_id FOREIGN KEY(question_set_id) REFERENCES question_sets (id), 
	CONSTRAINT uq_interviews_invitation_id UNIQUE (invitation_id)
);
INSERT INTO "interviews" VALUES('00000000000000000000000000000007','assessment','submitted','00000000000000000000000000000006','00000000000000000000000000000005','00000000000000000000000000000003',NULL,'Kim','2026-11-21 16:00:00.000000','2026-11-21 16:00:00.000000');
INSERT INTO "interviews" VALUES('00000000000000000000000000000008','practice','open',NULL,NULL,'00000000000000000000000000000003','00000000000000000000000000000002','Kim','2026-11-21 16:00:00.000000',NULL);
CREATE TABLE invitations (
	id VARCHAR(32) NOT NULL, 
	job_id VARCHAR(32) NOT NULL, 
	question_set_id VARCHAR(32) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	deadline DATETIME NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by_id VARCHAR(32) NOT NULL, 
	revoked_at DATETIME, 
	CONSTRAINT pk_invitations PRIMARY KEY (id), 
	CONSTRAINT fk_invitations_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id), 
	CONSTRAINT fk_invitations_job_id FOREIGN KEY(job_id) REFERENCES jobs (id), 
	CONSTRAINT fk_invitations_question_set_id FOREIGN KEY(question_set_id) REFERENCES question_sets (id)
);
INSERT INTO "invitations" VALUES('00000000000000000000000000000006','00000000000000000000000000000005','00000000000000000000000000000003','Kim','kim@example.org','2026-12-21 16:00:00.000000','2026-11-21 16:00:00.000000','00000000000000000000000000000001',NULL);
CREATE TABLE jobs (
	id VARCHAR(32) NOT NULL, 
	title VARCHAR(160) NOT NULL, 
	city VARCHAR(120) NOT NULL, 
	country VARCHAR(2) NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	created_by_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_jobs PRIMARY KEY (id), 
	CONSTRAINT fk_jobs_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id)
);
INSERT INTO "jobs" VALUES('00000000000000000000000000000005','Data engineer','Montréal','CA','2026-11-21 16:00:00.000000',NULL,'00000000000000000000000000000001');
CREATE TABLE live_consents (
	id VARCHAR(32) NOT NULL, 
	member_id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	purpose VARCHAR(32) NOT NULL, 
	granted BOOLEAN NOT NULL, 
	text_version VARCHAR(32) NOT NULL, 
	decided_at DATETIME NOT NULL, 
	CONSTRAINT pk_live_consents PRIMARY KEY (id), 
	CONSTRAINT fk_live_consents_member_id FOREIGN KEY(member_id) REFERENCES live_members (id) ON DELETE CASCADE, 
	CONSTRAINT uq_live_consents_member_id UNIQUE (member_id, number)
);
INSERT INTO "live_consents" VALUES('00000000000000000000000000000016','00000000000000000000000000000015',1,'reading',1,'2026-11-21.2','2026-11-21 16:00:00.000000');
CREATE TABLE live_members (
	id VARCHAR(32) NOT NULL, 
	room_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32), 
	name VARCHAR(120) NOT NULL, 
	role VARCHAR(32) NOT NULL, 
	is_candidate BOOLEAN NOT NULL, 
	interview_id VARCHAR(32), 
	joined_at DATETIME NOT NULL, 
	removed_at DATETIME, 
	seen_at DATETIME, 
	CONSTRAINT pk_live_members PRIMARY KEY (id), 
	CONSTRAINT fk_live_members_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE SET NULL, 
	CONSTRAINT fk_live_members_room_id FOREIGN KEY(room_id) REFERENCES live_rooms (id) ON DELETE CASCADE, 
	CONSTRAINT fk_live_members_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT uq_live_members_room_id UNIQUE (room_id, user_id)
);
INSERT INTO "live_members" VALUES('00000000000000000000000000000015','00000000000000000000000000000014',NULL,'Kim','guest',1,'00000000000000000000000000000007','2026-11-21 16:00:00.000000',NULL,NULL);
CREATE TABLE live_rooms (
	id VARCHAR(32) NOT NULL, 
	title VARCHAR(160) NOT NULL, 
	mode VARCHAR(32) NOT NULL, 
	owner_id VARCHAR(32) NOT NULL, 
	job_id VARCHAR(32), 
	interview_id VARCHAR(32), 
	candidate_name VARCHAR(120) NOT NULL, 
	link_number INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	CONSTRAINT pk_live_rooms PRIMARY KEY (id), 
	CONSTRAINT ck_live_rooms_mode CHECK (mode = 'practice' or job_id is not null), 
	CONSTRAINT fk_live_rooms_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE SET NULL, 
	CONSTRAINT fk_live_rooms_job_id FOREIGN KEY(job_id) REFERENCES jobs (id), 
	CONSTRAINT fk_live_rooms_owner_id FOREIGN KEY(owner_id) REFERENCES users (id)
);
INSERT INTO "live_rooms" VALUES('00000000000000000000000000000014','Conversation','assessment','00000000000000000000000000000001','00000000000000000000000000000005','00000000000000000000000000000007','Kim',1,'2026-11-21 16:00:00.000000','2026-11-22 16:00:00.000000','2026-11-21 16:00:00.000000');
CREATE TABLE live_tracks (
	member_id VARCHAR(32) NOT NULL, 
	began_at DATETIME NOT NULL, 
	rows JSON NOT NULL, 
	CONSTRAINT pk_live_tracks PRIMARY KEY (member_id), 
	CONSTRAINT fk_live_tracks_member_id FOREIGN KEY(member_id) REFERENCES live_members (id) ON DELETE CASCADE
);
INSERT INTO "live_tracks" VALUES('00000000000000000000000000000015','2026-11-21 16:00:00.000000','[]');
CREATE TABLE point_verdicts (
	id VARCHAR(32) NOT NULL, 
	answer_id VARCHAR(32) NOT NULL, 
	point VARCHAR(300) NOT NULL, 
	verdict VARCHAR(32) NOT NULL, 
	was_found BOOLEAN NOT NULL, 
	by_id VARCHAR(32) NOT NULL, 
	given_at DATETIME NOT NULL, 
	CONSTRAINT pk_point_verdicts PRIMARY KEY (id), 
	CONSTRAINT fk_point_verdicts_answer_id FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
	CONSTRAINT fk_point_verdicts_by_id FOREIGN KEY(by_id) REFERENCES users (id)
);
INSERT INTO "point_verdicts" VALUES('00000000000000000000000000000012','0000000000000000000000000000000a','An example.','confirmed',1,'00000000000000000000000000000001','2026-11-21 16:00:00.000000');
CREATE TABLE question_sets (
	id VARCHAR(32) NOT NULL, 
	lineage VARCHAR(32) NOT NULL, 
	version INTEGER NOT NULL, 
	title VARCHAR(160) NOT NULL, 
	introduction TEXT NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	published_at DATETIME, 
	archived_at DATETIME, 
	created_by_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_question_sets PRIMARY KEY (id), 
	CONSTRAINT fk_question_sets_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id), 
	CONSTRAINT uq_question_sets_lineage UNIQUE (lineage, version)
);
INSERT INTO "question_sets" VALUES('00000000000000000000000000000003','00000000000000000000000000000003',1,'First interview','Welcome.','published','2026-11-21 16:00:00.000000','2026-11-21 16:00:00.000000',NULL,'00000000000000000000000000000001');
CREATE TABLE questions (
	id VARCHAR(32) NOT NULL, 
	question_set_id VARCHAR(32) NOT NULL, 
	position INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	prompt TEXT NOT NULL, 
	think_seconds INTEGER NOT NULL, 
	limit_seconds INTEGER NOT NULL, 
	takes_allowed INTEGER NOT NULL, 
	rubric TEXT NOT NULL, 
	CONSTRAINT pk_questions PRIMARY KEY (id), 
	CONSTRAINT ck_questions_limit_seconds CHECK (limit_seconds between 10 and 3600), 
	CONSTRAINT ck_questions_takes_allowed CHECK (takes_allowed between 1 and 20), 
	CONSTRAINT ck_questions_think_seconds CHECK (think_seconds between 0 and 600), 
	CONSTRAINT fk_questions_question_set_id FOREIGN KEY(question_set_id) REFERENCES question_sets (id) ON DELETE CASCADE
);
INSERT INTO "questions" VALUES('00000000000000000000000000000004','00000000000000000000000000000003',1,'video','Why?',30,120,3,'An example.');
CREATE TABLE ratings (
	id VARCHAR(32) NOT NULL, 
	scorecard_id VARCHAR(32) NOT NULL, 
	question_id VARCHAR(32) NOT NULL, 
	score INTEGER, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_ratings PRIMARY KEY (id), 
	CONSTRAINT ck_ratings_score CHECK (score between 1 and 5), 
	CONSTRAINT fk_ratings_question_id FOREIGN KEY(question_id) REFERENCES questions (id), 
	CONSTRAINT fk_ratings_scorecard_id FOREIGN KEY(scorecard_id) REFERENCES scorecards (id) ON DELETE CASCADE, 
	CONSTRAINT uq_ratings_scorecard_id UNIQUE (scorecard_id, question_id)
);
INSERT INTO "ratings" VALUES('00000000000000000000000000000011','00000000000000000000000000000010','00000000000000000000000000000004',4,'Clear.');
CREATE TABLE "recordings" (
	id VARCHAR(32) NOT NULL, 
	take_id VARCHAR(32) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	media_type VARCHAR(120) NOT NULL, 
	received BIGINT NOT NULL, 
	length BIGINT, 
	sha256 VARCHAR(64), 
	expected_sha256 VARCHAR(64), 
	original_key VARCHAR(200), 
	playable_key VARCHAR(200), 
	seconds DOUBLE, 
	width INTEGER, 
	height INTEGER, 
	has_video BOOLEAN, 
	has_audio BOOLEAN, 
	reason_code VARCHAR(40), 
	reason VARCHAR(500), 
	created_at DATETIME NOT NULL, 
	received_at DATETIME, 
	ready_at DATETIME, 
	interrupted BOOLEAN DEFAULT 0 NOT NULL, 
	lease_owner VARCHAR(80), 
	lease_until DATETIME, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_recordings PRIMARY KEY (id), 
	CONSTRAINT fk_recordings_take_id FOREIGN KEY(take_id) REFERENCES takes (id) ON DELETE CASCADE, 
	CONSTRAINT ck_recordings_received CHECK (length is null or received <= length), 
	CONSTRAINT uq_recordings_take_id UNIQUE (take_id)
);
INSERT INTO "recordings" VALUES('0000000000000000000000000000000c','0000000000000000000000000000000b','ready','video/webm',1000,1000,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',NULL,'originals/0000000000000000000000000000000c.webm','playable/0000000000000000000000000000000c.webm',12.5,640,480,1,1,NULL,NULL,'2026-11-21 16:00:00.000000','2026-11-21 16:00:00.000000','2026-11-21 16:00:00.000000',0,NULL,NULL,1);
CREATE TABLE reports (
	id VARCHAR(32) NOT NULL, 
	interview_id VARCHAR(32) NOT NULL, 
	body JSON NOT NULL, 
	built_at DATETIME NOT NULL, 
	CONSTRAINT pk_reports PRIMARY KEY (id), 
	CONSTRAINT fk_reports_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE, 
	CONSTRAINT uq_reports_interview_id UNIQUE (interview_id)
);
INSERT INTO "reports" VALUES('0000000000000000000000000000000f','00000000000000000000000000000007','{"answers": {}}','2026-11-21 16:00:00.000000');
CREATE TABLE scorecards (
	id VARCHAR(32) NOT NULL, 
	interview_id VARCHAR(32) NOT NULL, 
	reviewer_id VARCHAR(32) NOT NULL, 
	version INTEGER NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	summary TEXT NOT NULL, 
	after_readings BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	CONSTRAINT pk_scorecards PRIMARY KEY (id), 
	CONSTRAINT fk_scorecards_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE, 
	CONSTRAINT fk_scorecards_reviewer_id FOREIGN KEY(reviewer_id) REFERENCES users (id), 
	CONSTRAINT uq_scorecards_interview_id UNIQUE (interview_id, reviewer_id, version)
);
INSERT INTO "scorecards" VALUES('00000000000000000000000000000010','00000000000000000000000000000007','00000000000000000000000000000001',1,'submitted','Good.',0,'2026-11-21 16:00:00.000000','2026-11-21 16:00:00.000000');
CREATE TABLE takes (
	id VARCHAR(32) NOT NULL, 
	answer_id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	kept BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_takes PRIMARY KEY (id), 
	CONSTRAINT fk_takes_answer_id FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
	CONSTRAINT uq_takes_answer_id UNIQUE (answer_id, number)
);
INSERT INTO "takes" VALUES('0000000000000000000000000000000b','0000000000000000000000000000000a',1,1,'2026-11-21 16:00:00.000000');
CREATE TABLE transcripts (
	id VARCHAR(32) NOT NULL, 
	answer_id VARCHAR(32) NOT NULL, 
	recording_id VARCHAR(32) NOT NULL, 
	version INTEGER NOT NULL, 
	origin VARCHAR(32) NOT NULL, 
	by_machine BOOLEAN NOT NULL, 
	author_id VARCHAR(32), 
	created_at DATETIME NOT NULL, 
	body JSON NOT NULL, 
	CONSTRAINT pk_transcripts PRIMARY KEY (id), 
	CONSTRAINT fk_transcripts_answer_id FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
	CONSTRAINT fk_transcripts_recording_id FOREIGN KEY(recording_id) REFERENCES recordings (id) ON DELETE CASCADE, 
	CONSTRAINT fk_transcripts_author_id FOREIGN KEY(author_id) REFERENCES users (id) ON DELETE SET NULL, 
	CONSTRAINT uq_transcripts_recording_id UNIQUE (recording_id, version)
);
INSERT INTO "transcripts" VALUES('0000000000000000000000000000000d','0000000000000000000000000000000a','0000000000000000000000000000000c',1,'recognised',1,NULL,'2026-11-21 16:00:00.000000','{"words": []}');
CREATE TABLE users (
	id VARCHAR(32) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	role VARCHAR(32) NOT NULL, 
	password_hash VARCHAR(200) NOT NULL, 
	active BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_email UNIQUE (email)
);
INSERT INTO "users" VALUES('00000000000000000000000000000001','ada@example.org','Ada','admin','$argon2id$v=19$m=8,t=1,p=1$x$y',1,'2026-11-21 16:00:00.000000');
INSERT INTO "users" VALUES('00000000000000000000000000000002','kim@example.org','Kim','candidate','z',1,'2026-11-21 16:00:00.000000');
CREATE INDEX ix_question_sets_lineage ON question_sets (lineage);
CREATE INDEX ix_invitations_created_by_id ON invitations (created_by_id);
CREATE INDEX ix_invitations_job_id ON invitations (job_id);
CREATE INDEX ix_questions_question_set_id ON questions (question_set_id);
CREATE INDEX ix_interviews_candidate_id ON interviews (candidate_id);
CREATE INDEX ix_interviews_job_id ON interviews (job_id);
CREATE INDEX ix_answers_interview_id ON answers (interview_id);
CREATE INDEX ix_consents_interview_id ON consents (interview_id);
CREATE INDEX ix_analyses_answer_id ON analyses (answer_id);
CREATE INDEX ix_analyses_interview_id ON analyses (interview_id);
CREATE INDEX ix_analyses_state ON analyses (state);
CREATE INDEX ix_takes_answer_id ON takes (answer_id);
CREATE INDEX ix_transcripts_answer_id ON transcripts (answer_id);
CREATE INDEX ix_scorecards_interview_id ON scorecards (interview_id);
CREATE INDEX ix_scorecards_reviewer_id ON scorecards (reviewer_id);
CREATE INDEX ix_ratings_scorecard_id ON ratings (scorecard_id);
CREATE INDEX ix_point_verdicts_answer_id ON point_verdicts (answer_id);
CREATE INDEX ix_decisions_interview_id ON decisions (interview_id);
CREATE INDEX ix_live_rooms_interview_id ON live_rooms (interview_id);
CREATE INDEX ix_live_rooms_job_id ON live_rooms (job_id);
CREATE INDEX ix_live_rooms_owner_id ON live_rooms (owner_id);
CREATE INDEX ix_live_members_interview_id ON live_members (interview_id);
CREATE INDEX ix_live_members_room_id ON live_members (room_id);
CREATE INDEX ix_live_members_user_id ON live_members (user_id);
CREATE INDEX ix_live_consents_member_id ON live_consents (member_id);
COMMIT;
