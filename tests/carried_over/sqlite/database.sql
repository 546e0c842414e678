BEGIN TRANSACTION;
CREATE TABLE agreement_version (
	id INTEGER NOT NULL, 
	cohort_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	clauses JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_agreement_version PRIMARY KEY (id), 
	CONSTRAINT fk_agreement_version_cohort_id_cohort FOREIGN KEY(cohort_id) REFERENCES cohort (id) ON DELETE CASCADE, 
	CONSTRAINT uq_agreement_version_cohort_id_number UNIQUE (cohort_id, number)
);
INSERT INTO "agreement_version" VALUES(1,1,1,'[["What is said here stays here", "So does who is here. Each of us decides whom we tell that we belong, and nobody tells it for somebody else."], ["Nobody can be recognised", "We give no names, places, dates, courts or telling facts about clients, opponents or colleagues. If somebody here might recognise a case, we change it or leave it at home."], ["We speak for ourselves", "We say \u201cI\u201d rather than \u201cyou\u201d or \u201ceverybody\u201d, and we tell only stories that are ours."], ["Anybody may pass", "Listening is taking part. Nobody is asked why they would rather not speak."], ["No advice unless it is asked for", "We listen first. Each of us is the one who knows our own life and work best."], ["We come on time", "The door closes 15 minutes after the start, so that nobody is interrupted. Miss a session and your place is kept."], ["A room of one\u2019s own", "Online, we sit where nobody can overhear, and use headphones. Other screens are closed."], ["Nothing is recorded", "No recordings, no screenshots, no transcripts, and no assistant that listens or takes notes."], ["Cameras as we agree", "We decide together how we use cameras. Anybody may turn theirs off for a while."], ["Stepping out is fine", "If you leave the room for a moment or for the evening, a word to a facilitator lets us know that you are all right."], ["We come with a clear head", "We don\u2019t drink or use anything before or during a session that would change how we are with each other."], ["Kindness first", "We assume good faith, in others and in ourselves."], ["Disagreement is welcome, disrespect is not", "We can see things differently and still take care with each other\u2019s backgrounds, bodies, beliefs and names."], ["A facilitator may pause us", "If something may harm somebody here, a facilitator can slow things down, change the subject or ask somebody to take a break."], ["We leave well", "Anybody may leave at any time and needs no reason. If you can, come once more to say goodbye."]]','2026-11-01 09:00:00.000000');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE calendar_mail (
	id INTEGER NOT NULL, 
	digest VARCHAR NOT NULL, 
	outcome VARCHAR NOT NULL, 
	read_at DATETIME NOT NULL, 
	CONSTRAINT pk_calendar_mail PRIMARY KEY (id), 
	CONSTRAINT uq_calendar_mail_digest UNIQUE (digest)
);
CREATE TABLE cohort (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	name_sealed BLOB NOT NULL, 
	state VARCHAR NOT NULL, 
	pqe_most INTEGER, 
	places INTEGER, 
	opened_by_id INTEGER, 
	created_at DATETIME NOT NULL, 
	opened_at DATETIME, 
	ended_at DATETIME, 
	parcel VARCHAR, 
	CONSTRAINT pk_cohort PRIMARY KEY (id), 
	CONSTRAINT fk_cohort_opened_by_id_person FOREIGN KEY(opened_by_id) REFERENCES person (id) ON DELETE SET NULL, 
	CONSTRAINT uq_cohort_public_id UNIQUE (public_id)
);
INSERT INTO "cohort" VALUES(1,'ToDO5qxlKcwc1SjT6v6mgQ',X'31026B31F5B0CD24EB0630A4C85956C6D8D0DA324196E5CB01FAAF95DFE501E8994B62DD884D6625E2B89ECFFA79DEDB27','open',10,8,1,'2026-11-01 09:00:00.000000','2026-11-01 09:00:00.000000',NULL,'x00wID5d86uCO4jCEG4t-Q');
CREATE TABLE diary (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	person_id INTEGER NOT NULL, 
	kept_by VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	words_sealed BLOB, 
	busy BOOLEAN NOT NULL, 
	reminders BOOLEAN NOT NULL, 
	entry_key_sealed BLOB NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_diary PRIMARY KEY (id), 
	CONSTRAINT fk_diary_person_id_person FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE, 
	CONSTRAINT uq_diary_person_id UNIQUE (person_id), 
	CONSTRAINT uq_diary_public_id UNIQUE (public_id)
);
INSERT INTO "diary" VALUES(1,'EdkQB-w67ZpOkmnVz9QXaQ',3,'feed','full',X'31026B31667B4FE3C8BC70119DDF61838B81D76D4E9472D1B6232D78A602DB7AFEA99FBA',1,1,X'31026B31D59FE4E2F8F55F0FD24F95259BDB5E20D18BF00488D5E90D411AF596DFEED8941DB5D5061B5CA13D2606CE48604B7D4F71E43C934ED583A274272F87','2026-11-02 09:00:01.000000');
INSERT INTO "diary" VALUES(2,'AbUvTueQhj2QSdlQx9PIvA',4,'invitations','full',X'31026B317C5DB8536DD4F8E8B6AE71BA1CEE1459D490E976E5F3027BDA56BFC14084D908',1,1,X'31026B318484EE7B0F0BE847F26280941FC8A21ABDAE90050D0A6C20B2382A88AFFF681A4AB77D8FAC7C0953792B20EE49A37B2A79BC36C6854F0E76147EB62F','2026-11-02 09:00:01.000000');
INSERT INTO "diary" VALUES(3,'207iuQhwR-31Jmzxl6--7Q',1,'invitations','discreet',NULL,1,1,X'31026B31FCA6008C62CD386C743EAE3CFCC013D8DD1C2C1E40C13A71D7151E5166D11138D3BE0AB977D570F616C4468B2D7E57A70DAD83D503F83F34BE83296D','2026-11-03 09:00:00.000000');
CREATE TABLE do_not_write (
	id INTEGER NOT NULL, 
	email_index VARCHAR NOT NULL, 
	asked_at DATETIME NOT NULL, 
	CONSTRAINT pk_do_not_write PRIMARY KEY (id), 
	CONSTRAINT uq_do_not_write_email_index UNIQUE (email_index)
);
CREATE TABLE feed (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	diary_id INTEGER NOT NULL, 
	label_sealed BLOB NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_read_on DATE, 
	revoked_at DATETIME, 
	CONSTRAINT pk_feed PRIMARY KEY (id), 
	CONSTRAINT fk_feed_diary_id_diary FOREIGN KEY(diary_id) REFERENCES diary (id) ON DELETE CASCADE, 
	CONSTRAINT uq_feed_public_id UNIQUE (public_id), 
	CONSTRAINT uq_feed_token_hash UNIQUE (token_hash)
);
INSERT INTO "feed" VALUES(1,'L79QAEQM48Iy4wcp9jFolQ',1,X'31026B31D8A0B320E8F2F0A829922D99CE7208B26F8F2D753B830E6880BAC3466EA4C8AE95EE5460176A12','3af73a66661484c8cd944edd69c7e99d1082f07da5650fbf7763c76198c673b4','2026-11-02 09:00:00.000000',NULL,NULL);
INSERT INTO "feed" VALUES(2,'dajaqhzJcwDLmAn-VOxIhw',2,X'31026B31A2995A77AF7D17D658F495B91F177AE4CD72C6F0737DE4B97434C88AEE8727E072075B0E3E5FD8','0b41353b98f544aeb1cdff843a7411576956fd141d022cee870448183a807c4e','2026-11-02 09:00:00.000000',NULL,NULL);
INSERT INTO "feed" VALUES(3,'A7r5Mpfa-QcsS7mqqrwYuw',1,X'31026B312F7EAB34BABCFF5A79296ABB66C0B59BCA5C17885739F519A4F0BB33FE6D503E97','a684c0ddabb9c64045a195b3afe5aab4412777ca8ef13e3d74f9f290f38a0a6c','2026-11-02 09:00:00.000000',NULL,NULL);
INSERT INTO "feed" VALUES(4,'vFRF8ZHtWTSdQqf7Ssp45w',3,X'31026B310C494893B401C266DDEEBE72249FBB51C57529F9F446DBC7018E2045D3E108B63A3EF655A4619D','0f6d08b199eb0b5bb82c8065d7a25be13ce49d1c668621d62059b7b30dd70e5d','2026-11-03 09:00:00.000000',NULL,NULL);
CREATE TABLE invitation (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	membership_id INTEGER NOT NULL, 
	generation INTEGER NOT NULL, 
	uid VARCHAR NOT NULL, 
	sequence INTEGER NOT NULL, 
	method VARCHAR NOT NULL, 
	starts_at DATETIME NOT NULL, 
	ends_at DATETIME NOT NULL, 
	stamped_at DATETIME NOT NULL, repeated_at DATETIME, 
	CONSTRAINT pk_invitation PRIMARY KEY (id), 
	CONSTRAINT fk_invitation_membership_id_membership FOREIGN KEY(membership_id) REFERENCES membership (id) ON DELETE CASCADE, 
	CONSTRAINT fk_invitation_session_id_peer_session FOREIGN KEY(session_id) REFERENCES peer_session (id) ON DELETE CASCADE, 
	CONSTRAINT uq_invitation_session_id_membership_id_generation UNIQUE (session_id, membership_id, generation), 
	CONSTRAINT uq_invitation_uid UNIQUE (uid)
);
INSERT INTO "invitation" VALUES(1,1,3,1,'bpqbWTpcFQFaVIWo8CKSqg@thursdays.example',1,'REQUEST','2026-12-10 18:00:00.000000','2026-12-10 19:30:00.000000','2026-11-06 09:00:00.000000',NULL);
INSERT INTO "invitation" VALUES(2,2,3,1,'JjT_KYOxt5sVsF1yMLuA-g@thursdays.example',1,'REQUEST','2027-01-13 18:00:00.000000','2027-01-13 19:30:00.000000','2026-11-05 09:00:00.000000',NULL);
INSERT INTO "invitation" VALUES(3,3,3,1,'YcyKzTyMe4WrIIqsgjtJVQ@thursdays.example',1,'REQUEST','2027-02-11 18:00:00.000000','2027-02-11 19:30:00.000000','2026-11-06 09:00:00.000000',NULL);
INSERT INTO "invitation" VALUES(4,1,1,1,'LzjwSsSUcXXEUFF3J1oHcg@thursdays.example',0,'REQUEST','2026-12-10 18:00:00.000000','2026-12-10 19:30:00.000000','2026-11-03 09:00:00.000000',NULL);
INSERT INTO "invitation" VALUES(5,2,1,1,'vc2qLXVh7ukq1ZDiOH2wDQ@thursdays.example',1,'REQUEST','2027-01-13 18:00:00.000000','2027-01-13 19:30:00.000000','2026-11-05 09:00:00.000000',NULL);
INSERT INTO "invitation" VALUES(6,3,1,1,'_IPqcEen1pBv_Q8fMPRV6g@thursdays.example',0,'REQUEST','2027-02-11 18:00:00.000000','2027-02-11 19:30:00.000000','2026-11-03 09:00:00.000000',NULL);
CREATE TABLE job_run (
	name VARCHAR NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	done INTEGER NOT NULL, 
	trouble VARCHAR, 
	CONSTRAINT pk_job_run PRIMARY KEY (name)
);
INSERT INTO "job_run" VALUES('replies','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.001435',0,NULL);
INSERT INTO "job_run" VALUES('roll-forward','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.042667',0,NULL);
INSERT INTO "job_run" VALUES('draw','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.058156',0,NULL);
INSERT INTO "job_run" VALUES('reveal','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.103945',0,NULL);
INSERT INTO "job_run" VALUES('invite','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.138938',0,NULL);
INSERT INTO "job_run" VALUES('rewrite','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.384213',2,NULL);
INSERT INTO "job_run" VALUES('remind','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.405589',0,NULL);
INSERT INTO "job_run" VALUES('deliver','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.612933',5,NULL);
INSERT INTO "job_run" VALUES('alert','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.634193',0,NULL);
INSERT INTO "job_run" VALUES('forget','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.844089',11,NULL);
CREATE TABLE membership (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	cohort_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	role VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	joined_at DATETIME NOT NULL, 
	left_at DATETIME, 
	changed_at DATETIME, 
	agreed_version INTEGER, 
	agreed_at DATETIME, 
	CONSTRAINT pk_membership PRIMARY KEY (id), 
	CONSTRAINT fk_membership_cohort_id_cohort FOREIGN KEY(cohort_id) REFERENCES cohort (id) ON DELETE CASCADE, 
	CONSTRAINT fk_membership_person_id_person FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT uq_membership_cohort_id_person_id UNIQUE (cohort_id, person_id), 
	CONSTRAINT uq_membership_public_id UNIQUE (public_id)
);
INSERT INTO "membership" VALUES(1,'v2SvMptoms_9e15hUTTmbA',1,1,'facilitator','active','2026-11-01 09:00:00.000000',NULL,NULL,1,'2026-11-01 09:00:00.000000');
INSERT INTO "membership" VALUES(2,'sgwME6Vdf4KcwIDLkGoDwg',1,3,'member','active','2026-11-02 09:00:00.000000',NULL,'2026-11-02 09:00:00.000000',1,'2026-11-02 09:00:00.000000');
INSERT INTO "membership" VALUES(3,'j842W3G9uuHtLLrCQxRGAA',1,4,'member','active','2026-11-02 09:00:00.000000',NULL,'2026-11-02 09:00:00.000000',1,'2026-11-02 09:00:00.000000');
CREATE TABLE outgoing_mail (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	promise VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	recipient_sealed BLOB, 
	body_sealed BLOB, 
	message_id VARCHAR NOT NULL, 
	topic VARCHAR, 
	addressee VARCHAR, 
	parcel VARCHAR, 
	replaced_by VARCHAR, 
	thread VARCHAR, 
	created_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	useful_until DATETIME, 
	attempts INTEGER NOT NULL, 
	leased_until DATETIME, 
	reason VARCHAR, 
	final_at DATETIME, 
	CONSTRAINT pk_outgoing_mail PRIMARY KEY (id), 
	CONSTRAINT uq_outgoing_mail_key UNIQUE ("key"), 
	CONSTRAINT uq_outgoing_mail_public_id UNIQUE (public_id)
);
INSERT INTO "outgoing_mail" VALUES(1,'N5JlnGwuzXI9WVgUMrPRDA','offer:9KEyOip5s1sjI9ENkhqDhg:x00wID5d86uCO4jCEG4t-Q','offer','must_arrive','sent',NULL,NULL,'<795785f6ad4262590854923a604bddbf@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','9KEyOip5s1sjI9ENkhqDhg','x00wID5d86uCO4jCEG4t-Q',NULL,NULL,'2026-11-01 09:00:00.000000','2026-11-01 09:10:00.000000','2026-11-15 23:59:59.000000',1,NULL,NULL,'2026-11-03 09:00:00.133966');
INSERT INTO "outgoing_mail" VALUES(2,'woF2-3pZijbn-taCFKWUiA','offer:4GUrxDQwe9YZXXsDUq5yXQ:x00wID5d86uCO4jCEG4t-Q','offer','must_arrive','sent',NULL,NULL,'<4197001b4d4662b9a620b90ad9750e5e@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','4GUrxDQwe9YZXXsDUq5yXQ','x00wID5d86uCO4jCEG4t-Q',NULL,NULL,'2026-11-01 09:00:00.000000','2026-11-01 09:10:00.000000','2026-11-15 23:59:59.000000',1,NULL,NULL,'2026-11-03 09:00:00.168780');
INSERT INTO "outgoing_mail" VALUES(3,'NMlloSHXsq-hcJNsY9ZuUg','offer:JLjombDFe6JFngarXN5sLA:x00wID5d86uCO4jCEG4t-Q','offer','must_arrive','sent',NULL,NULL,'<5cb7fa10d1fa938a56d7f8c2a62119bb@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','JLjombDFe6JFngarXN5sLA','x00wID5d86uCO4jCEG4t-Q',NULL,NULL,'2026-11-01 09:00:00.000000','2026-11-01 09:10:00.000000','2026-11-15 23:59:59.000000',1,NULL,NULL,'2026-11-03 09:00:00.200917');
INSERT INTO "outgoing_mail" VALUES(4,'9zQKzuWuUnXYFOWhOu47dQ','dates:sgwME6Vdf4KcwIDLkGoDwg:20261102T090000Z','dates','must_arrive','sent',NULL,NULL,'<da9c63469da96d63043ee289ef0874ca@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','sgwME6Vdf4KcwIDLkGoDwg',NULL,NULL,NULL,'2026-11-02 09:00:00.000000','2026-11-02 09:00:00.000000',NULL,1,NULL,NULL,'2026-11-03 09:00:00.229518');
INSERT INTO "outgoing_mail" VALUES(5,'sDsGQ2y4HHTv2tgZyKX2Aw','dates:j842W3G9uuHtLLrCQxRGAA:20261102T090000Z','dates','must_arrive','sent',NULL,NULL,'<91cd2ba113d42247bb567daab8a34435@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','j842W3G9uuHtLLrCQxRGAA',NULL,NULL,NULL,'2026-11-02 09:00:00.000000','2026-11-02 09:00:00.000000',NULL,1,NULL,NULL,'2026-11-03 09:00:00.258051');
INSERT INTO "outgoing_mail" VALUES(6,'OwoloJWLlPFKm-9TbvnnSQ','invitation:bpqbWTpcFQFaVIWo8CKSqg@thursdays.example:0:20261102T090000Z','invitation','must_arrive','sent',NULL,NULL,'<b20ffddf15d04e93e74cc460632233ca@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','j842W3G9uuHtLLrCQxRGAA',NULL,NULL,'session:EmEHUzpBkkcISjDpAaimlw:j842W3G9uuHtLLrCQxRGAA','2026-11-02 09:00:00.000000','2026-11-02 09:00:00.000000','2026-12-10 19:30:00.000000',1,NULL,NULL,'2026-11-03 09:00:00.290205');
INSERT INTO "outgoing_mail" VALUES(7,'mtLY5l7_oczwGOwRaB4kPQ','invitation:JjT_KYOxt5sVsF1yMLuA-g@thursdays.example:0:20261102T090000Z','invitation','must_arrive','sent',NULL,NULL,'<137b1545568c7b217178ebc34d567eab@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','j842W3G9uuHtLLrCQxRGAA',NULL,NULL,'session:ZwjO4rbfkffA1OLbe-a2Mg:j842W3G9uuHtLLrCQxRGAA','2026-11-02 09:00:00.000000','2026-11-02 09:00:00.000000','2027-01-14 19:30:00.000000',1,NULL,NULL,'2026-11-03 09:00:00.343590');
INSERT INTO "outgoing_mail" VALUES(8,'z9_Zi6uPAjdR-v8g4nkNuA','invitation:YcyKzTyMe4WrIIqsgjtJVQ@thursdays.example:0:20261102T090000Z','invitation','must_arrive','sent',NULL,NULL,'<335970f35e8402212e0094b818e5841e@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','j842W3G9uuHtLLrCQxRGAA',NULL,NULL,'session:Eo24xJhftOktve4K6Extww:j842W3G9uuHtLLrCQxRGAA','2026-11-02 09:00:00.000000','2026-11-02 09:00:00.000000','2027-02-11 19:30:00.000000',1,NULL,NULL,'2026-11-03 09:00:00.373071');
INSERT INTO "outgoing_mail" VALUES(9,'F9quGxMz_PvM2abDXH8c6Q','invitation:LzjwSsSUcXXEUFF3J1oHcg@thursdays.example:0:20261103T090000Z','invitation','must_arrive','sent',NULL,NULL,'<34683162b787a2acb960a243ed42fd60@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','v2SvMptoms_9e15hUTTmbA',NULL,NULL,'session:EmEHUzpBkkcISjDpAaimlw:v2SvMptoms_9e15hUTTmbA','2026-11-03 09:00:00.000000','2026-11-03 09:00:00.000000','2026-12-10 19:30:00.000000',1,NULL,NULL,'2026-11-03 09:00:00.406370');
INSERT INTO "outgoing_mail" VALUES(10,'-BFSHr45-soVffUJgS50fg','invitation:vc2qLXVh7ukq1ZDiOH2wDQ@thursdays.example:0:20261103T090000Z','invitation','must_arrive','sent',NULL,NULL,'<9d8dcfb97de449bce87b3b5f0f6f802a@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','v2SvMptoms_9e15hUTTmbA',NULL,NULL,'session:ZwjO4rbfkffA1OLbe-a2Mg:v2SvMptoms_9e15hUTTmbA','2026-11-03 09:00:00.000000','2026-11-03 09:00:00.000000','2027-01-14 19:30:00.000000',1,NULL,NULL,'2026-11-03 09:00:00.434583');
INSERT INTO "outgoing_mail" VALUES(11,'tfHmw2y1urYPMEA5ncvwLg','invitation:_IPqcEen1pBv_Q8fMPRV6g@thursdays.example:0:20261103T090000Z','invitation','must_arrive','sent',NULL,NULL,'<e2471d5dd193c9f153ab839e8e121cfe@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','v2SvMptoms_9e15hUTTmbA',NULL,NULL,'session:Eo24xJhftOktve4K6Extww:v2SvMptoms_9e15hUTTmbA','2026-11-03 09:00:00.000000','2026-11-03 09:00:00.000000','2027-02-11 19:30:00.000000',1,NULL,NULL,'2026-11-03 09:00:00.472844');
INSERT INTO "outgoing_mail" VALUES(12,'Iu-rcLIRtEk3wKYPtxx5NQ','invitation:vc2qLXVh7ukq1ZDiOH2wDQ@thursdays.example:1:20261105T090000Z','moved','must_arrive','sent',NULL,NULL,'<37872fe49dad5ca165d9e6823451a00b@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','v2SvMptoms_9e15hUTTmbA','MJc_eEk2sp2b-jbq8EHaWg',NULL,'session:ZwjO4rbfkffA1OLbe-a2Mg:v2SvMptoms_9e15hUTTmbA','2026-11-05 09:00:00.000000','2026-11-05 09:10:00.000000','2027-01-13 19:30:00.000000',1,NULL,NULL,'2026-11-06 09:00:00.063038');
INSERT INTO "outgoing_mail" VALUES(13,'Px4pZb_BRN44ushdtQGLog','moved:ZwjO4rbfkffA1OLbe-a2Mg:sgwME6Vdf4KcwIDLkGoDwg:MJc_eEk2sp2b-jbq8EHaWg','moved','must_arrive','sent',NULL,NULL,'<a2fc17122b862927f3107844425edcbc@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','sgwME6Vdf4KcwIDLkGoDwg','MJc_eEk2sp2b-jbq8EHaWg',NULL,'session:ZwjO4rbfkffA1OLbe-a2Mg:sgwME6Vdf4KcwIDLkGoDwg','2026-11-05 09:00:00.000000','2026-11-05 09:10:00.000000','2027-01-13 19:30:00.000000',1,NULL,NULL,'2026-11-06 09:00:00.087052');
INSERT INTO "outgoing_mail" VALUES(14,'q_Og-9tGiirsrTHmlYm3zg','invitation:JjT_KYOxt5sVsF1yMLuA-g@thursdays.example:1:20261105T090000Z','moved','must_arrive','sent',NULL,NULL,'<ec383860d8358a36aedffa26134fcfd3@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','j842W3G9uuHtLLrCQxRGAA','MJc_eEk2sp2b-jbq8EHaWg',NULL,'session:ZwjO4rbfkffA1OLbe-a2Mg:j842W3G9uuHtLLrCQxRGAA','2026-11-05 09:00:00.000000','2026-11-05 09:10:00.000000','2027-01-13 19:30:00.000000',1,NULL,NULL,'2026-11-06 09:00:00.123145');
INSERT INTO "outgoing_mail" VALUES(15,'nVL-g7gxzI7jiAvoKh_HrQ','invitation:bpqbWTpcFQFaVIWo8CKSqg@thursdays.example:1:20261106T090000Z','rewritten','must_arrive','sent',NULL,NULL,'<26048bd2996841184f20426a85358aab@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','j842W3G9uuHtLLrCQxRGAA',NULL,NULL,'session:EmEHUzpBkkcISjDpAaimlw:j842W3G9uuHtLLrCQxRGAA','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.000000','2026-12-10 19:30:00.000000',1,NULL,NULL,'2026-11-06 09:00:00.146332');
INSERT INTO "outgoing_mail" VALUES(16,'9RwHSw098OvogKD7WMzuRg','invitation:YcyKzTyMe4WrIIqsgjtJVQ@thursdays.example:1:20261106T090000Z','rewritten','must_arrive','sent',NULL,NULL,'<939c0eb49d7cbc7addcdc326e564e99b@thursdays.example>','ToDO5qxlKcwc1SjT6v6mgQ','j842W3G9uuHtLLrCQxRGAA',NULL,NULL,'session:Eo24xJhftOktve4K6Extww:j842W3G9uuHtLLrCQxRGAA','2026-11-06 09:00:00.000000','2026-11-06 09:00:00.000000','2027-02-11 19:30:00.000000',1,NULL,NULL,'2026-11-06 09:00:00.172073');
CREATE TABLE peer_session (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	cohort_id INTEGER NOT NULL, 
	series_id INTEGER NOT NULL, 
	planned_on DATE NOT NULL, 
	number INTEGER NOT NULL, 
	starts_at DATETIME NOT NULL, 
	ends_at DATETIME NOT NULL, 
	moved_from_at DATETIME, 
	state VARCHAR NOT NULL, 
	theme VARCHAR, 
	place_sealed BLOB, 
	room_sealed BLOB, 
	prompts_shown_at DATETIME, 
	dates_changed_at DATETIME NOT NULL, 
	details_changed_at DATETIME NOT NULL, 
	came INTEGER, 
	invited_at DATETIME, 
	reminded_at DATETIME, time_zone VARCHAR, by_hand BOOLEAN DEFAULT 0 NOT NULL, is_extra BOOLEAN DEFAULT 0 NOT NULL, place_kind VARCHAR, prompts_drawn BOOLEAN DEFAULT 1 NOT NULL, asked_anew_at DATETIME, 
	CONSTRAINT pk_peer_session PRIMARY KEY (id), 
	CONSTRAINT fk_peer_session_cohort_id_cohort FOREIGN KEY(cohort_id) REFERENCES cohort (id) ON DELETE CASCADE, 
	CONSTRAINT fk_peer_session_series_id_series FOREIGN KEY(series_id) REFERENCES series (id) ON DELETE CASCADE, 
	CONSTRAINT uq_peer_session_public_id UNIQUE (public_id), 
	CONSTRAINT uq_peer_session_series_id_planned_on UNIQUE (series_id, planned_on)
);
INSERT INTO "peer_session" VALUES(1,'EmEHUzpBkkcISjDpAaimlw',1,1,'2026-12-10',1,'2026-12-10 18:00:00.000000','2026-12-10 19:30:00.000000',NULL,'planned','collective-care',NULL,NULL,NULL,'2026-11-01 09:00:00.000000','2026-11-01 09:00:00.000000',NULL,NULL,NULL,NULL,0,0,NULL,1,NULL);
INSERT INTO "peer_session" VALUES(2,'ZwjO4rbfkffA1OLbe-a2Mg',1,1,'2027-01-14',2,'2027-01-13 18:00:00.000000','2027-01-13 19:30:00.000000','2027-01-14 18:00:00.000000','planned','vicarious-trauma',NULL,NULL,NULL,'2026-11-05 09:00:00.000000','2026-11-01 09:00:00.000000',NULL,NULL,NULL,NULL,1,0,NULL,1,'2026-11-05 09:00:00.000000');
INSERT INTO "peer_session" VALUES(3,'Eo24xJhftOktve4K6Extww',1,1,'2027-02-11',3,'2027-02-11 18:00:00.000000','2027-02-11 19:30:00.000000',NULL,'planned','burnout',NULL,NULL,NULL,'2026-11-01 09:00:00.000000','2026-11-01 09:00:00.000000',NULL,NULL,NULL,NULL,0,0,NULL,1,NULL);
INSERT INTO "peer_session" VALUES(4,'JgkwhRv6ThoMgXuUEoeZZg',1,1,'2027-03-11',4,'2027-03-11 18:00:00.000000','2027-03-11 19:30:00.000000',NULL,'planned','endings-and-change',NULL,NULL,NULL,'2026-11-01 09:00:00.000000','2026-11-01 09:00:00.000000',NULL,NULL,NULL,NULL,0,0,NULL,1,NULL);
CREATE TABLE person (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	name_sealed BLOB, 
	email_sealed BLOB NOT NULL, 
	email_index VARCHAR NOT NULL, 
	time_zone VARCHAR NOT NULL, 
	theme VARCHAR NOT NULL, 
	opens_groups BOOLEAN NOT NULL, 
	operates BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	proved_at DATETIME, 
	CONSTRAINT pk_person PRIMARY KEY (id), 
	CONSTRAINT uq_person_email_index UNIQUE (email_index), 
	CONSTRAINT uq_person_public_id UNIQUE (public_id)
);
INSERT INTO "person" VALUES(1,'jTSaifQ5dU29W8jV_RBoDw',X'31026B31E9E159E2826894DCF18429ADCF004E0957D914CFA4794A288668C3FBBD7D37E0237A27F604CA',X'31026B31961B39FCF54C2C10E37630F89E34A25448CEADBC86BF68AF008BCA595C35840A19BE60755DDAC20BFBD5263B7FCA8C87','207750b1f84583150fc0125beb68958dae0611fa36d7ea7b7b80e23c81a21db5','Europe/London','system',1,1,'2026-11-01 09:00:00.571735','2026-11-01 09:00:00.000000');
INSERT INTO "person" VALUES(2,'WfaiXgXYXE7xo2LdNoAVIg',X'31026B31E7A5FCE881E759807DCA253B559E919F0B0D6835B9AB7494379286ADAADCDA237286C41D49',X'31026B3151021EA380EA36BA12A4DBD5F909B90C857C8460939F62345BB79CC0781D029DB5E8D287B1862BCC7411B5A8491B','aaf07a9c930a58fb52602d5f39f8157bd7588b5e3673458837541334564ca977','Europe/London','system',0,1,'2026-11-01 09:00:01.028782',NULL);
INSERT INTO "person" VALUES(3,'bouBckiZIP0Iao4NGOsMLw',X'31026B3190C3EE8E8B990D050BE07B0BA61AAFFE66BA9C3DD8CE532DA00B6F8FD989CEFA71',X'31026B31B9B2574639F5718CF89A888AAEAD5D05AAFF1C07C5DA75F1654CAA9A80E1E138B84B13B28542F4F6FD542F62FC42ADEF','a98d6991ab20aa6e4692c03a5c89115df44f95b843923ae7f16d910b7291c4c6','Europe/London','system',0,0,'2026-11-02 09:00:00.000000','2026-11-02 09:00:00.000000');
INSERT INTO "person" VALUES(4,'DXbA1TT-32l0RViWfquG8w',X'31026B31F3F7D228FB266B452220E09A643E759B45CD67C2A09A516FFDB1D57683A465',X'31026B31DD8A6D0F0718901AD9C80E1309DBB443ED22A5A53321AAB2EC54AC5E20967A3385A431A93B10B94C3CCACFC6463F','f9a2f1e58f4b1c9ed7b53499974deb6e9266cfa2e6912734ed288a514e251d7f','Europe/London','system',0,0,'2026-11-02 09:00:00.000000','2026-11-02 09:00:00.000000');
CREATE TABLE place_offer (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	cohort_id INTEGER NOT NULL, 
	email_sealed BLOB NOT NULL, 
	email_index VARCHAR NOT NULL, 
	name_sealed BLOB, 
	role VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	expires_at DATETIME, 
	answered_at DATETIME, 
	membership_id INTEGER, 
	CONSTRAINT pk_place_offer PRIMARY KEY (id), 
	CONSTRAINT fk_place_offer_cohort_id_cohort FOREIGN KEY(cohort_id) REFERENCES cohort (id) ON DELETE CASCADE, 
	CONSTRAINT fk_place_offer_membership_id_membership FOREIGN KEY(membership_id) REFERENCES membership (id) ON DELETE SET NULL, 
	CONSTRAINT uq_place_offer_cohort_id_email_index UNIQUE (cohort_id, email_index), 
	CONSTRAINT uq_place_offer_public_id UNIQUE (public_id), 
	CONSTRAINT uq_place_offer_token_hash UNIQUE (token_hash)
);
INSERT INTO "place_offer" VALUES(1,'9KEyOip5s1sjI9ENkhqDhg',1,X'31026B3174DDEA9B93AB25194A53B92C132CECF5EA293240F5DDE6ABC79C2AB22FA10DE251D1E9724D9785C8F9C7F58EB448D805','a98d6991ab20aa6e4692c03a5c89115df44f95b843923ae7f16d910b7291c4c6',X'31026B31423A3325CB2B4D2A2C77D570088E81075CC69294D606C973A324C2002C21EDAFBC','member','accepted','882cc4c7c78cf247dba4c6a0d1291d63172d0febb190d9ffa389f903d28ffe13','2026-11-01 09:00:00.000000','2026-11-01 09:00:00.000000','2026-11-15 23:59:59.000000','2026-11-02 09:00:00.000000',2);
INSERT INTO "place_offer" VALUES(2,'4GUrxDQwe9YZXXsDUq5yXQ',1,X'31026B311A42F9720C0586224D72C300892130DD0E3C9193A1C87D36322E2C546CA432495C95533400DFA285E3D693508C65','f9a2f1e58f4b1c9ed7b53499974deb6e9266cfa2e6912734ed288a514e251d7f',X'31026B312AD8CA052E36A81D86B18A6E24266686971C7C17DB0BE3BE6F8137E218E488','member','accepted','7871d2783e1dfc3190a80b331f93c7fa88bc0b9ac5aa6df9af008956452d6f90','2026-11-01 09:00:00.000000','2026-11-01 09:00:00.000000','2026-11-15 23:59:59.000000','2026-11-02 09:00:00.000000',3);
INSERT INTO "place_offer" VALUES(3,'JLjombDFe6JFngarXN5sLA',1,X'31026B31A8420C3FBB3F7B46F35EA3ED3FAAA00C3440D624E0A9F72D38D73BE4642997056F21C42A67F67D16473D59304E3B94','c2b6e73234765c38006f5ad6582cf1ebb2c2eb8f96631747ee5b00f2d0320ecc',X'31026B3179B79C5A354C56C2999298B98499FB808E4B000018D886AB3484E02C9933E9A5','member','open','cefd498f632d371c6a9660f0cdb214e08e6bd296d89a38b96f78a94a6afc9d06','2026-11-01 09:00:00.000000','2026-11-01 09:00:00.000000','2026-11-15 23:59:59.000000',NULL,NULL);
CREATE TABLE reply (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	membership_id INTEGER NOT NULL, 
	answer VARCHAR NOT NULL, 
	answered_at DATETIME NOT NULL, is_earlier BOOLEAN DEFAULT 0 NOT NULL, notes JSON DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_reply PRIMARY KEY (id), 
	CONSTRAINT fk_reply_membership_id_membership FOREIGN KEY(membership_id) REFERENCES membership (id) ON DELETE CASCADE, 
	CONSTRAINT fk_reply_session_id_peer_session FOREIGN KEY(session_id) REFERENCES peer_session (id) ON DELETE CASCADE, 
	CONSTRAINT uq_reply_session_id_membership_id UNIQUE (session_id, membership_id)
);
INSERT INTO "reply" VALUES(1,1,3,'coming','2026-11-04 09:00:00.000000',0,'[]');
INSERT INTO "reply" VALUES(2,1,2,'not_this_time','2026-11-04 09:00:00.000000',0,'[]');
CREATE TABLE reversal (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	content_sealed BLOB NOT NULL, 
	made_at DATETIME NOT NULL, 
	CONSTRAINT pk_reversal PRIMARY KEY (id), 
	CONSTRAINT uq_reversal_public_id UNIQUE (public_id)
);
CREATE TABLE series (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	cohort_id INTEGER NOT NULL, 
	pattern JSON NOT NULL, 
	first_on DATE NOT NULL, 
	starts TIME NOT NULL, 
	ends TIME NOT NULL, 
	time_zone VARCHAR NOT NULL, 
	sessions INTEGER, 
	leave_outs JSON NOT NULL, 
	exceptions JSON NOT NULL, 
	place_kind VARCHAR NOT NULL, 
	place_sealed BLOB, 
	room_sealed BLOB, 
	prompt_days INTEGER NOT NULL, 
	invitations_ahead INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	ended_on DATE, 
	CONSTRAINT pk_series PRIMARY KEY (id), 
	CONSTRAINT fk_series_cohort_id_cohort FOREIGN KEY(cohort_id) REFERENCES cohort (id) ON DELETE CASCADE, 
	CONSTRAINT uq_series_cohort_id UNIQUE (cohort_id), 
	CONSTRAINT uq_series_public_id UNIQUE (public_id)
);
INSERT INTO "series" VALUES(1,'emAYCrjT-ODpMMann_vHqA',1,'{"kind": "monthly", "weekday": 3, "nth": 2}','2026-12-10','18:00:00.000000','19:30:00.000000','Europe/London',4,'{"bank_holidays": null, "august": false, "court_vacations": false}','{"instead": {}, "left_out": []}','online',X'31026B31393B1A32E238B7DC8024AB3F73E9B1B64A04A72C2AA2AB9F4C2563075004C1FB59A368CBE13441122738',X'31026B31610805DEEC7E20B861DFA6F64F7D812B546CF265E2574D32AA085851C84BC174E7E64FFB5934CF90F5987C0A58FFCFF58D17A2DD0F8AE0ADFA20',7,3,'2026-11-01 09:00:00.000000',NULL);
CREATE TABLE session_prompt (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	session_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	"key" VARCHAR, 
	words_sealed BLOB NOT NULL, 
	CONSTRAINT pk_session_prompt PRIMARY KEY (id), 
	CONSTRAINT fk_session_prompt_session_id_peer_session FOREIGN KEY(session_id) REFERENCES peer_session (id) ON DELETE CASCADE, 
	CONSTRAINT uq_session_prompt_session_id_public_id UNIQUE (session_id, public_id)
);
INSERT INTO "session_prompt" VALUES(1,'isXfk-ClxljnQgYQrNaUCg',1,1,'bearable-day',X'31026B31265AFE2CB73E782D9996EA123F78B01237340B9ECA2B9017A35FC1E836307C253CE48C9030718D7CD4C3F5502E5F586719538964F295F7251852F039DFF8D1D54A52DB491ABCAD415F19B5A0DF');
INSERT INTO "session_prompt" VALUES(2,'SUpoi54jHhiFgeoTDEx2Mg',1,2,'followed-home',X'31026B31CE0CFE1E009E8679FE95D7C23AF074EA697CF20677E2476CCCB044E3F8B4F494DDFEDBE17523502DFEB321F86477F5CDAFF0426C49E88494EA73AEB28D06052B698EDA6AEB2518D9D50D2341D1F4120DFF16E6F3F1CE640BAE8B69FA16A5F0D338035BA3CB20A2B6A9AE4B60EAD58AD27132EE89DFD10223048267DB6E4CF41BE4E89C723DA5395C879CCC013D5B3C87');
INSERT INTO "session_prompt" VALUES(3,'uEcaW5Idmqn3jVrSAaI1WQ',2,1,'early-signs',X'31026B31EEF212A4298094F23FCA9C96452F69B76449A5D7127EDBB0637D15E754A3545CF9323F6B1C7AA509148A9FC07759D2930CE0E3E2B2D2A5FFEE29683C629DE703490E02');
INSERT INTO "session_prompt" VALUES(4,'FHyLduV4_GDkLgxnKnkGsA',2,2,'walk-home',X'31026B31745740C8028F14C877667834A73546F837229FF9356050A605CEF54BE72019D0E22794F496EEDCB02F077C1E3F4DD61F3DF4330215AC6D6FE20585594A0E1653F2AB13BF0775B213A91233CB2BDD95AF2DE99F41551E3F6451C9F1D9A44E1C8CFC46');
INSERT INTO "session_prompt" VALUES(5,'h12iMDlJAKA9NTJd7hJlEw',3,1,'stopped-first',X'31026B31FCFCDD93AF38B74C67A48ED9105A9AF216BFC3CCE43182B0788C85F03C832620FC0F952140FBF57AB836B368868F5D16C80248C596A6EE0321B62B159E2155D8768AC57F647CE465D94766AE4C30593A');
INSERT INTO "session_prompt" VALUES(6,'iSfUUECyzNTW7DLq72pi_g',3,2,'which-tiredness',X'31026B3152E4C376A325F8B50F9E69A5DA410AC86319A9A46FF4E971EAD8B88055F4DB293B0686A87BBD6232314CF65032AAFF5877D673C0F9AD2900B33485D97CAC07');
INSERT INTO "session_prompt" VALUES(7,'W1WUoKkkXMD55MfH4Y7oXg',4,1,'support-comes-with-you',X'31026B31C2E97165BAB60B249806E4BF671C8450C83B7BBA3E5FB5341247004839A8D76AB9D0264D166332DA313E2CFEE9950D578C6653A8C6E69298');
INSERT INTO "session_prompt" VALUES(8,'Z4-aIx124pMvpwFG-3UJ6A',4,2,'unfinished-on-purpose',X'31026B317CE0862D1078DC0A394FC6B4E0252A47AFD98E73BCF5720EDD82EB96FF611AB31D69C8ABDCF29EF592267852D446092166F8882FF92B732A65FB5ABEF39251953BDD1F6F');
CREATE TABLE sign_in (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	person_id INTEGER NOT NULL, 
	secret_hash VARCHAR NOT NULL, 
	device_sealed BLOB, 
	started_at DATETIME NOT NULL, 
	ends_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_sign_in PRIMARY KEY (id), 
	CONSTRAINT fk_sign_in_person_id_person FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE, 
	CONSTRAINT uq_sign_in_public_id UNIQUE (public_id), 
	CONSTRAINT uq_sign_in_secret_hash UNIQUE (secret_hash)
);
INSERT INTO "sign_in" VALUES(1,'Tu14qa5AVnG5rlG25jWbmw',1,'a68c406e3bfcc632c102ca8744da57d146e3be35a0217bac3ac2d930996e368b',X'31026B31DEC587F5017351B164B2D51D9C6AE001A36043E7D3A56817D97D23561518E649F19773','2026-11-21 09:00:00.000000','2026-11-21 21:00:00.000000',NULL);
CREATE TABLE sign_in_code (
	id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	email_index VARCHAR NOT NULL, 
	code_hash VARCHAR NOT NULL, 
	browser_hash VARCHAR NOT NULL, 
	asked_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	tries INTEGER NOT NULL, 
	used_at DATETIME, 
	CONSTRAINT pk_sign_in_code PRIMARY KEY (id), 
	CONSTRAINT uq_sign_in_code_public_id UNIQUE (public_id)
);
CREATE TABLE standing_answer (
	membership_id INTEGER NOT NULL, 
	given_at DATETIME NOT NULL, 
	CONSTRAINT pk_standing_answer PRIMARY KEY (membership_id), 
	CONSTRAINT fk_standing_answer_membership_id_membership FOREIGN KEY(membership_id) REFERENCES membership (id) ON DELETE CASCADE
);
CREATE TABLE throttle (
	id INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	moments JSON NOT NULL, 
	forget_at DATETIME NOT NULL, 
	CONSTRAINT pk_throttle PRIMARY KEY (id), 
	CONSTRAINT uq_throttle_key UNIQUE ("key")
);
CREATE TABLE waiting_mail (
	id INTEGER NOT NULL, 
	messages INTEGER NOT NULL, 
	counted_at DATETIME NOT NULL, 
	CONSTRAINT pk_waiting_mail PRIMARY KEY (id)
);
CREATE TABLE written_entry (
	session_id INTEGER NOT NULL, 
	public_id VARCHAR NOT NULL, 
	made_of VARCHAR NOT NULL, 
	words_sealed BLOB NOT NULL, 
	CONSTRAINT pk_written_entry PRIMARY KEY (session_id), 
	CONSTRAINT fk_written_entry_session_id_peer_session FOREIGN KEY(session_id) REFERENCES peer_session (id) ON DELETE CASCADE, 
	CONSTRAINT uq_written_entry_public_id UNIQUE (public_id)
);
CREATE INDEX ix_outgoing_mail_addressee ON outgoing_mail (addressee);
CREATE INDEX ix_outgoing_mail_due ON outgoing_mail (due_at) WHERE state = 'due';
CREATE INDEX ix_outgoing_mail_parcel ON outgoing_mail (parcel);
CREATE INDEX ix_outgoing_mail_replaced_by ON outgoing_mail (replaced_by);
CREATE INDEX ix_outgoing_mail_sending ON outgoing_mail (leased_until) WHERE state = 'sending';
CREATE INDEX ix_outgoing_mail_thread ON outgoing_mail (thread, id);
CREATE INDEX ix_outgoing_mail_topic ON outgoing_mail (topic);
CREATE INDEX ix_sign_in_code_browser_hash ON sign_in_code (browser_hash);
CREATE INDEX ix_sign_in_code_email_index ON sign_in_code (email_index);
CREATE INDEX ix_throttle_forget_at ON throttle (forget_at);
CREATE INDEX ix_cohort_opened_by_id ON cohort (opened_by_id);
CREATE INDEX ix_cohort_state ON cohort (state);
CREATE INDEX ix_sign_in_person_id ON sign_in (person_id);
CREATE INDEX ix_feed_diary_id ON feed (diary_id);
CREATE INDEX ix_membership_person_id ON membership (person_id);
CREATE INDEX ix_peer_session_cohort_id_starts_at ON peer_session (cohort_id, starts_at);
CREATE INDEX ix_peer_session_starts_at ON peer_session (starts_at);
CREATE INDEX ix_place_offer_email_index ON place_offer (email_index);
CREATE INDEX ix_invitation_membership_id ON invitation (membership_id);
CREATE INDEX ix_reply_membership_id ON reply (membership_id);
CREATE INDEX ix_session_prompt_session_id ON session_prompt (session_id);
CREATE INDEX ix_calendar_mail_read_at ON calendar_mail (read_at);
CREATE INDEX ix_reversal_made_at ON reversal (made_at);
CREATE INDEX ix_outgoing_mail_final_at ON outgoing_mail (final_at);
CREATE INDEX ix_outgoing_mail_parked ON outgoing_mail (final_at) WHERE state = 'parked';
CREATE INDEX ix_outgoing_mail_words ON outgoing_mail (final_at) WHERE body_sealed IS NOT NULL;
COMMIT;
