--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: agreement_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.agreement_version (
    id integer NOT NULL,
    cohort_id integer NOT NULL,
    number integer NOT NULL,
    clauses json NOT NULL,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: agreement_version_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.agreement_version_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: agreement_version_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.agreement_version_id_seq OWNED BY public.agreement_version.id;


--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: calendar_mail; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.calendar_mail (
    id integer NOT NULL,
    digest character varying NOT NULL,
    outcome character varying NOT NULL,
    read_at timestamp with time zone NOT NULL
);


--
-- Name: calendar_mail_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.calendar_mail_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: calendar_mail_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.calendar_mail_id_seq OWNED BY public.calendar_mail.id;


--
-- Name: cohort; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cohort (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    name_sealed bytea NOT NULL,
    state character varying NOT NULL,
    pqe_most integer,
    places integer,
    opened_by_id integer,
    created_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone,
    ended_at timestamp with time zone,
    parcel character varying
);


--
-- Name: cohort_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.cohort_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: cohort_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.cohort_id_seq OWNED BY public.cohort.id;


--
-- Name: diary; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.diary (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    person_id integer NOT NULL,
    kept_by character varying NOT NULL,
    detail character varying NOT NULL,
    words_sealed bytea,
    busy boolean NOT NULL,
    reminders boolean NOT NULL,
    entry_key_sealed bytea NOT NULL,
    changed_at timestamp with time zone NOT NULL
);


--
-- Name: diary_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.diary_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: diary_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.diary_id_seq OWNED BY public.diary.id;


--
-- Name: do_not_write; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.do_not_write (
    id integer NOT NULL,
    email_index character varying NOT NULL,
    asked_at timestamp with time zone NOT NULL
);


--
-- Name: do_not_write_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.do_not_write_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: do_not_write_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.do_not_write_id_seq OWNED BY public.do_not_write.id;


--
-- Name: feed; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.feed (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    diary_id integer NOT NULL,
    label_sealed bytea NOT NULL,
    token_hash character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_read_on date,
    revoked_at timestamp with time zone
);


--
-- Name: feed_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.feed_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: feed_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.feed_id_seq OWNED BY public.feed.id;


--
-- Name: invitation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invitation (
    id integer NOT NULL,
    session_id integer NOT NULL,
    membership_id integer NOT NULL,
    generation integer NOT NULL,
    uid character varying NOT NULL,
    sequence integer NOT NULL,
    method character varying NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    stamped_at timestamp with time zone NOT NULL,
    repeated_at timestamp with time zone
);


--
-- Name: invitation_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.invitation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: invitation_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.invitation_id_seq OWNED BY public.invitation.id;


--
-- Name: job_run; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.job_run (
    name character varying NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    done integer NOT NULL,
    trouble character varying
);


--
-- Name: membership; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.membership (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    cohort_id integer NOT NULL,
    person_id integer NOT NULL,
    role character varying NOT NULL,
    state character varying NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone,
    changed_at timestamp with time zone,
    agreed_version integer,
    agreed_at timestamp with time zone
);


--
-- Name: membership_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.membership_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: membership_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.membership_id_seq OWNED BY public.membership.id;


--
-- Name: outgoing_mail; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outgoing_mail (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    key character varying NOT NULL,
    kind character varying NOT NULL,
    promise character varying NOT NULL,
    state character varying NOT NULL,
    recipient_sealed bytea,
    body_sealed bytea,
    message_id character varying NOT NULL,
    topic character varying,
    addressee character varying,
    parcel character varying,
    replaced_by character varying,
    thread character varying,
    created_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    useful_until timestamp with time zone,
    attempts integer NOT NULL,
    leased_until timestamp with time zone,
    reason character varying,
    final_at timestamp with time zone
);


--
-- Name: outgoing_mail_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.outgoing_mail_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: outgoing_mail_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.outgoing_mail_id_seq OWNED BY public.outgoing_mail.id;


--
-- Name: peer_session; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.peer_session (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    cohort_id integer NOT NULL,
    series_id integer NOT NULL,
    planned_on date NOT NULL,
    number integer NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    moved_from_at timestamp with time zone,
    state character varying NOT NULL,
    theme character varying,
    place_sealed bytea,
    room_sealed bytea,
    prompts_shown_at timestamp with time zone,
    dates_changed_at timestamp with time zone NOT NULL,
    details_changed_at timestamp with time zone NOT NULL,
    came integer,
    invited_at timestamp with time zone,
    reminded_at timestamp with time zone,
    time_zone character varying,
    by_hand boolean DEFAULT false NOT NULL,
    is_extra boolean DEFAULT false NOT NULL,
    place_kind character varying,
    prompts_drawn boolean DEFAULT true NOT NULL,
    asked_anew_at timestamp with time zone
);


--
-- Name: peer_session_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.peer_session_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: peer_session_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.peer_session_id_seq OWNED BY public.peer_session.id;


--
-- Name: person; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.person (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    name_sealed bytea,
    email_sealed bytea NOT NULL,
    email_index character varying NOT NULL,
    time_zone character varying NOT NULL,
    theme character varying NOT NULL,
    opens_groups boolean NOT NULL,
    operates boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    proved_at timestamp with time zone
);


--
-- Name: person_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.person_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: person_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.person_id_seq OWNED BY public.person.id;


--
-- Name: place_offer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.place_offer (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    cohort_id integer NOT NULL,
    email_sealed bytea NOT NULL,
    email_index character varying NOT NULL,
    name_sealed bytea,
    role character varying NOT NULL,
    state character varying NOT NULL,
    token_hash character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    expires_at timestamp with time zone,
    answered_at timestamp with time zone,
    membership_id integer
);


--
-- Name: place_offer_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.place_offer_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: place_offer_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.place_offer_id_seq OWNED BY public.place_offer.id;


--
-- Name: reply; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reply (
    id integer NOT NULL,
    session_id integer NOT NULL,
    membership_id integer NOT NULL,
    answer character varying NOT NULL,
    answered_at timestamp with time zone NOT NULL,
    is_earlier boolean DEFAULT false NOT NULL,
    notes json DEFAULT '[]'::json NOT NULL
);


--
-- Name: reply_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.reply_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: reply_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.reply_id_seq OWNED BY public.reply.id;


--
-- Name: reversal; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reversal (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    content_sealed bytea NOT NULL,
    made_at timestamp with time zone NOT NULL
);


--
-- Name: reversal_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.reversal_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: reversal_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.reversal_id_seq OWNED BY public.reversal.id;


--
-- Name: series; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.series (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    cohort_id integer NOT NULL,
    pattern json NOT NULL,
    first_on date NOT NULL,
    starts time without time zone NOT NULL,
    ends time without time zone NOT NULL,
    time_zone character varying NOT NULL,
    sessions integer,
    leave_outs json NOT NULL,
    exceptions json NOT NULL,
    place_kind character varying NOT NULL,
    place_sealed bytea,
    room_sealed bytea,
    prompt_days integer NOT NULL,
    invitations_ahead integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_on date
);


--
-- Name: series_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.series_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: series_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.series_id_seq OWNED BY public.series.id;


--
-- Name: session_prompt; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.session_prompt (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    session_id integer NOT NULL,
    "position" integer NOT NULL,
    key character varying,
    words_sealed bytea NOT NULL
);


--
-- Name: session_prompt_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.session_prompt_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: session_prompt_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.session_prompt_id_seq OWNED BY public.session_prompt.id;


--
-- Name: sign_in; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sign_in (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    person_id integer NOT NULL,
    secret_hash character varying NOT NULL,
    device_sealed bytea,
    started_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);


--
-- Name: sign_in_code; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sign_in_code (
    id integer NOT NULL,
    public_id character varying NOT NULL,
    email_index character varying NOT NULL,
    code_hash character varying NOT NULL,
    browser_hash character varying NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries integer NOT NULL,
    used_at timestamp with time zone
);


--
-- Name: sign_in_code_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.sign_in_code_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: sign_in_code_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.sign_in_code_id_seq OWNED BY public.sign_in_code.id;


--
-- Name: sign_in_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.sign_in_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: sign_in_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.sign_in_id_seq OWNED BY public.sign_in.id;


--
-- Name: standing_answer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.standing_answer (
    membership_id integer NOT NULL,
    given_at timestamp with time zone NOT NULL
);


--
-- Name: throttle; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.throttle (
    id integer NOT NULL,
    key character varying NOT NULL,
    moments json NOT NULL,
    forget_at timestamp with time zone NOT NULL
);


--
-- Name: throttle_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.throttle_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: throttle_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.throttle_id_seq OWNED BY public.throttle.id;


--
-- Name: waiting_mail; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.waiting_mail (
    id integer NOT NULL,
    messages integer NOT NULL,
    counted_at timestamp with time zone NOT NULL
);


--
-- Name: written_entry; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.written_entry (
    session_id integer NOT NULL,
    public_id character varying NOT NULL,
    made_of character varying NOT NULL,
    words_sealed bytea NOT NULL
);


--
-- Name: agreement_version id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.agreement_version ALTER COLUMN id SET DEFAULT nextval('public.agreement_version_id_seq'::regclass);


--
-- Name: calendar_mail id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calendar_mail ALTER COLUMN id SET DEFAULT nextval('public.calendar_mail_id_seq'::regclass);


--
-- Name: cohort id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cohort ALTER COLUMN id SET DEFAULT nextval('public.cohort_id_seq'::regclass);


--
-- Name: diary id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.diary ALTER COLUMN id SET DEFAULT nextval('public.diary_id_seq'::regclass);


--
-- Name: do_not_write id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.do_not_write ALTER COLUMN id SET DEFAULT nextval('public.do_not_write_id_seq'::regclass);


--
-- Name: feed id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.feed ALTER COLUMN id SET DEFAULT nextval('public.feed_id_seq'::regclass);


--
-- Name: invitation id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitation ALTER COLUMN id SET DEFAULT nextval('public.invitation_id_seq'::regclass);


--
-- Name: membership id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership ALTER COLUMN id SET DEFAULT nextval('public.membership_id_seq'::regclass);


--
-- Name: outgoing_mail id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outgoing_mail ALTER COLUMN id SET DEFAULT nextval('public.outgoing_mail_id_seq'::regclass);


--
-- Name: peer_session id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.peer_session ALTER COLUMN id SET DEFAULT nextval('public.peer_session_id_seq'::regclass);


--
-- Name: person id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.person ALTER COLUMN id SET DEFAULT nextval('public.person_id_seq'::regclass);


--
-- Name: place_offer id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.place_offer ALTER COLUMN id SET DEFAULT nextval('public.place_offer_id_seq'::regclass);


--
-- Name: reply id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reply ALTER COLUMN id SET DEFAULT nextval('public.reply_id_seq'::regclass);


--
-- Name: reversal id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reversal ALTER COLUMN id SET DEFAULT nextval('public.reversal_id_seq'::regclass);


--
-- Name: series id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.series ALTER COLUMN id SET DEFAULT nextval('public.series_id_seq'::regclass);


--
-- Name: session_prompt id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session_prompt ALTER COLUMN id SET DEFAULT nextval('public.session_prompt_id_seq'::regclass);


--
-- Name: sign_in id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in ALTER COLUMN id SET DEFAULT nextval('public.sign_in_id_seq'::regclass);


--
-- Name: sign_in_code id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_code ALTER COLUMN id SET DEFAULT nextval('public.sign_in_code_id_seq'::regclass);


--
-- Name: throttle id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.throttle ALTER COLUMN id SET DEFAULT nextval('public.throttle_id_seq'::regclass);


--
-- Data for Name: agreement_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.agreement_version VALUES (1, 1, 1, '[["What is said here stays here", "So does who is here. Each of us decides whom we tell that we belong, and nobody tells it for somebody else."], ["Nobody can be recognised", "We give no names, places, dates, courts or telling facts about clients, opponents or colleagues. If somebody here might recognise a case, we change it or leave it at home."], ["We speak for ourselves", "We say \u201cI\u201d rather than \u201cyou\u201d or \u201ceverybody\u201d, and we tell only stories that are ours."], ["Anybody may pass", "Listening is taking part. Nobody is asked why they would rather not speak."], ["No advice unless it is asked for", "We listen first. Each of us is the one who knows our own life and work best."], ["We come on time", "The door closes 15 minutes after the start, so that nobody is interrupted. Miss a session and your place is kept."], ["A room of one\u2019s own", "Online, we sit where nobody can overhear, and use headphones. Other screens are closed."], ["Nothing is recorded", "No recordings, no screenshots, no transcripts, and no assistant that listens or takes notes."], ["Cameras as we agree", "We decide together how we use cameras. Anybody may turn theirs off for a while."], ["Stepping out is fine", "If you leave the room for a moment or for the evening, a word to a facilitator lets us know that you are all right."], ["We come with a clear head", "We don\u2019t drink or use anything before or during a session that would change how we are with each other."], ["Kindness first", "We assume good faith, in others and in ourselves."], ["Disagreement is welcome, disrespect is not", "We can see things differently and still take care with each other\u2019s backgrounds, bodies, beliefs and names."], ["A facilitator may pause us", "If something may harm somebody here, a facilitator can slow things down, change the subject or ask somebody to take a break."], ["We leave well", "Anybody may leave at any time and needs no reason. If you can, come once more to say goodbye."]]', '2026-11-01 09:00:00+00');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES ('0002');


--
-- Data for Name: calendar_mail; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: cohort; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cohort VALUES (1, '_PTBCHPrChUq70knfGZpww', '\x31026b314c044c9681d3f4f3c4e5622d0a063c000195e6ab95dfe20ec4df6fc1176a7b117d21584d2cc0e1ef71e00b88de', 'open', 10, 8, 1, '2026-11-01 09:00:00+00', '2026-11-01 09:00:00+00', NULL, 'WHsileCemd7bkJ9dC2fwuw');


--
-- Data for Name: diary; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.diary VALUES (1, 'dlHnUoEJ8KElj5A05x7XYw', 3, 'feed', 'full', '\x31026b31e5da2ae92da7385729a2043c5d643cc23f27e22e89c36e5bd5fb5db065731d86', true, true, '\x31026b31b5885b74b27312655918f4fcf2823ec32fd873102d18da63d1c5e05dfcc403aaa2847b319289df4cf542a9d212a8735f49c9af1763a93378601b37b6', '2026-11-02 09:00:01+00');
INSERT INTO public.diary VALUES (2, 'X1tem44Is84dlV5cxZyvnA', 4, 'invitations', 'full', '\x31026b31e05865d38fe826a268b14ffc029e0fe42256585e59b6ae864215f055696980e6', true, true, '\x31026b315aa3c3b1978b0026ce28421800e0e5880d7c680648b3d96e713eb266489fcc7b43d2ce085d2306aa34204e9c38f1b2bab62eb18d5780bdb677e3eae9', '2026-11-02 09:00:01+00');
INSERT INTO public.diary VALUES (3, 'DzUy0RHi06Gfw4IesojukQ', 1, 'invitations', 'discreet', NULL, true, true, '\x31026b314075d5ff3b16bed6d5b4842499818f7a499bfcd748e7705b20eb958efeeb6660150965ec9352a93807e8e3bd5b3785121fae9bde77b21571e2b1a7b8', '2026-11-03 09:00:00+00');


--
-- Data for Name: do_not_write; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: feed; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.feed VALUES (1, 'AB4xMd5jknEa8GbwgEFjKA', 1, '\x31026b3189c4eeff444d4edafb7db5fb14c791a6e8983fb6622ba01c77f82bf343325479f8d453aceec5ee', 'd1d46a857d1ea272b90e08abdaf293dccfc3add59124b9268524d92f39242698', '2026-11-02 09:00:00+00', NULL, NULL);
INSERT INTO public.feed VALUES (2, 'IXwe0mogi9RZcoXivUz0HA', 2, '\x31026b317d819f5d46fc0bcdcaa7526b094dafb9b12b4e7c3238260f990bf6546120f6718725eba26e2a60', '9960a0ac0120795e4fbf5d3f15703ca2e1da34749ab7867a9e57253726a27d0e', '2026-11-02 09:00:00+00', NULL, NULL);
INSERT INTO public.feed VALUES (3, 'LFxEHjum14zL_rUkUK0fNg', 1, '\x31026b31007efe82dfa3967017aaa5be909b93b88ad42d33fcc6163ccaee727c6c0f9508fe', 'fdcbc99d5e83bfc6b956b9b0244f79b2863ba50ee85296639e1b540237368fdd', '2026-11-02 09:00:00+00', NULL, NULL);
INSERT INTO public.feed VALUES (4, '7uZfz51QJA8yuxNbDcKHyw', 3, '\x31026b316f3a8c3165afeeb6b5b60e91c6f8f55d3b875e37b99e082be35dca05cdfdcbbf4ee019e6cfb91f', '7f658fd6c135b62dc5d1770968e98997a624dc9da6c3d7dd7fc24b0bde20a2b5', '2026-11-03 09:00:00+00', NULL, NULL);


--
-- Data for Name: invitation; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.invitation VALUES (4, 1, 1, 1, 'f-0gFhFlw4G5Wo0h8S9TjA@thursdays.example', 0, 'REQUEST', '2026-12-10 18:00:00+00', '2026-12-10 19:30:00+00', '2026-11-03 09:00:00+00', NULL);
INSERT INTO public.invitation VALUES (6, 3, 1, 1, 'aJcCQ5R0TeN2gMtR8b5Ccw@thursdays.example', 0, 'REQUEST', '2027-02-11 18:00:00+00', '2027-02-11 19:30:00+00', '2026-11-03 09:00:00+00', NULL);
INSERT INTO public.invitation VALUES (5, 2, 1, 1, 'sHU0Lz5CG24Z5c3yK8hS3w@thursdays.example', 1, 'REQUEST', '2027-01-13 18:00:00+00', '2027-01-13 19:30:00+00', '2026-11-05 09:00:00+00', NULL);
INSERT INTO public.invitation VALUES (2, 2, 3, 1, 'WcyMCMrcokQkK9OtPOvBEA@thursdays.example', 1, 'REQUEST', '2027-01-13 18:00:00+00', '2027-01-13 19:30:00+00', '2026-11-05 09:00:00+00', NULL);
INSERT INTO public.invitation VALUES (1, 1, 3, 1, 'sh5PYDwRTlbJR4ynxXFtkQ@thursdays.example', 1, 'REQUEST', '2026-12-10 18:00:00+00', '2026-12-10 19:30:00+00', '2026-11-06 09:00:00+00', NULL);
INSERT INTO public.invitation VALUES (3, 3, 3, 1, 'wyBULyqoQ63lp-erHiLFDw@thursdays.example', 1, 'REQUEST', '2027-02-11 18:00:00+00', '2027-02-11 19:30:00+00', '2026-11-06 09:00:00+00', NULL);


--
-- Data for Name: job_run; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.job_run VALUES ('replies', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.002991+00', 0, NULL);
INSERT INTO public.job_run VALUES ('roll-forward', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.015981+00', 0, NULL);
INSERT INTO public.job_run VALUES ('draw', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.028989+00', 0, NULL);
INSERT INTO public.job_run VALUES ('reveal', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.04752+00', 0, NULL);
INSERT INTO public.job_run VALUES ('invite', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.075828+00', 0, NULL);
INSERT INTO public.job_run VALUES ('rewrite', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.243856+00', 2, NULL);
INSERT INTO public.job_run VALUES ('remind', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.251504+00', 0, NULL);
INSERT INTO public.job_run VALUES ('deliver', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.364027+00', 5, NULL);
INSERT INTO public.job_run VALUES ('alert', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.385234+00', 0, NULL);
INSERT INTO public.job_run VALUES ('forget', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00.499954+00', 11, NULL);


--
-- Data for Name: membership; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.membership VALUES (1, 'F9q5MEtzRbQvzng9hB3Ijg', 1, 1, 'facilitator', 'active', '2026-11-01 09:00:00+00', NULL, NULL, 1, '2026-11-01 09:00:00+00');
INSERT INTO public.membership VALUES (2, 'MGdEIdUNc1Ixaz9-lGQTYQ', 1, 3, 'member', 'active', '2026-11-02 09:00:00+00', NULL, '2026-11-02 09:00:00+00', 1, '2026-11-02 09:00:00+00');
INSERT INTO public.membership VALUES (3, 'AZT_sSn8c6NbpIK3rWRyGg', 1, 4, 'member', 'active', '2026-11-02 09:00:00+00', NULL, '2026-11-02 09:00:00+00', 1, '2026-11-02 09:00:00+00');


--
-- Data for Name: outgoing_mail; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outgoing_mail VALUES (1, 'V2zIbNTVflsQ5KIW6kMN9w', 'offer:codLX1OCQ7pfVKJHEcpA6A:WHsileCemd7bkJ9dC2fwuw', 'offer', 'must_arrive', 'sent', NULL, NULL, '<00a286ff8c63e73bbbf8112d202d36ec@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'codLX1OCQ7pfVKJHEcpA6A', 'WHsileCemd7bkJ9dC2fwuw', NULL, NULL, '2026-11-01 09:00:00+00', '2026-11-01 09:10:00+00', '2026-11-15 23:59:59+00', 1, NULL, NULL, '2026-11-03 09:00:00.053957+00');
INSERT INTO public.outgoing_mail VALUES (2, 'F9O9EXPbQdOuXc65ZHTKpA', 'offer:zfK6f8lLwjIIq43lkNmrPQ:WHsileCemd7bkJ9dC2fwuw', 'offer', 'must_arrive', 'sent', NULL, NULL, '<b592c8252f929b1c5c1b0ccbd5c1a54d@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'zfK6f8lLwjIIq43lkNmrPQ', 'WHsileCemd7bkJ9dC2fwuw', NULL, NULL, '2026-11-01 09:00:00+00', '2026-11-01 09:10:00+00', '2026-11-15 23:59:59+00', 1, NULL, NULL, '2026-11-03 09:00:00.067592+00');
INSERT INTO public.outgoing_mail VALUES (3, 'soi6ei62IOazJLXz5JvXbA', 'offer:ctSn6ilUN4xFgAZuEpWpYQ:WHsileCemd7bkJ9dC2fwuw', 'offer', 'must_arrive', 'sent', NULL, NULL, '<04e952b6d81c1d9468e09794df7f5217@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'ctSn6ilUN4xFgAZuEpWpYQ', 'WHsileCemd7bkJ9dC2fwuw', NULL, NULL, '2026-11-01 09:00:00+00', '2026-11-01 09:10:00+00', '2026-11-15 23:59:59+00', 1, NULL, NULL, '2026-11-03 09:00:00.074132+00');
INSERT INTO public.outgoing_mail VALUES (12, 'SvSA7Z-gI5zifDfv17pMuQ', 'invitation:sHU0Lz5CG24Z5c3yK8hS3w@thursdays.example:1:20261105T090000Z', 'moved', 'must_arrive', 'sent', NULL, NULL, '<d8016c3e79765867c6e1a08cf1bb7f61@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'F9q5MEtzRbQvzng9hB3Ijg', 'akiRPPEFc4Xymi8wUS3lbw', NULL, 'session:WnGpwbo5KXtqDyYpIyLxEg:F9q5MEtzRbQvzng9hB3Ijg', '2026-11-05 09:00:00+00', '2026-11-05 09:10:00+00', '2027-01-13 19:30:00+00', 1, NULL, NULL, '2026-11-06 09:00:00.0374+00');
INSERT INTO public.outgoing_mail VALUES (13, 'e1YpmZ7fuatJBw91HFh6rg', 'moved:WnGpwbo5KXtqDyYpIyLxEg:MGdEIdUNc1Ixaz9-lGQTYQ:akiRPPEFc4Xymi8wUS3lbw', 'moved', 'must_arrive', 'sent', NULL, NULL, '<0600aa512a2271ff7b10b7e2e4e1528d@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'MGdEIdUNc1Ixaz9-lGQTYQ', 'akiRPPEFc4Xymi8wUS3lbw', NULL, 'session:WnGpwbo5KXtqDyYpIyLxEg:MGdEIdUNc1Ixaz9-lGQTYQ', '2026-11-05 09:00:00+00', '2026-11-05 09:10:00+00', '2027-01-13 19:30:00+00', 1, NULL, NULL, '2026-11-06 09:00:00.047864+00');
INSERT INTO public.outgoing_mail VALUES (14, 'dWjGeZuOb00foMmptmWQMg', 'invitation:WcyMCMrcokQkK9OtPOvBEA@thursdays.example:1:20261105T090000Z', 'moved', 'must_arrive', 'sent', NULL, NULL, '<6b14052645d1cd42bafb843681c3e0f2@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'AZT_sSn8c6NbpIK3rWRyGg', 'akiRPPEFc4Xymi8wUS3lbw', NULL, 'session:WnGpwbo5KXtqDyYpIyLxEg:AZT_sSn8c6NbpIK3rWRyGg', '2026-11-05 09:00:00+00', '2026-11-05 09:10:00+00', '2027-01-13 19:30:00+00', 1, NULL, NULL, '2026-11-06 09:00:00.060172+00');
INSERT INTO public.outgoing_mail VALUES (15, '3ahASYyf6nWfmKvzOrrgLg', 'invitation:sh5PYDwRTlbJR4ynxXFtkQ@thursdays.example:1:20261106T090000Z', 'rewritten', 'must_arrive', 'sent', NULL, NULL, '<4981f888195cc1b841472c3ccc86c915@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'AZT_sSn8c6NbpIK3rWRyGg', NULL, NULL, 'session:6_i3auir84hK91pwEBYSYw:AZT_sSn8c6NbpIK3rWRyGg', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00+00', '2026-12-10 19:30:00+00', 1, NULL, NULL, '2026-11-06 09:00:00.073842+00');
INSERT INTO public.outgoing_mail VALUES (16, 'nSpdktncTLDQz0mlnCw_uw', 'invitation:wyBULyqoQ63lp-erHiLFDw@thursdays.example:1:20261106T090000Z', 'rewritten', 'must_arrive', 'sent', NULL, NULL, '<61c2cf02210269093703bfa225587d0a@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'AZT_sSn8c6NbpIK3rWRyGg', NULL, NULL, 'session:FyX-95PAl9BlSP1H6wTL3Q:AZT_sSn8c6NbpIK3rWRyGg', '2026-11-06 09:00:00+00', '2026-11-06 09:00:00+00', '2027-02-11 19:30:00+00', 1, NULL, NULL, '2026-11-06 09:00:00.088662+00');
INSERT INTO public.outgoing_mail VALUES (4, 'BVpZz40c_IWHq5-G7767tA', 'dates:MGdEIdUNc1Ixaz9-lGQTYQ:20261102T090000Z', 'dates', 'must_arrive', 'sent', NULL, NULL, '<e0091df5a1a593b9e0f602fa40ffda60@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'MGdEIdUNc1Ixaz9-lGQTYQ', NULL, NULL, NULL, '2026-11-02 09:00:00+00', '2026-11-02 09:00:00+00', NULL, 1, NULL, NULL, '2026-11-03 09:00:00.082757+00');
INSERT INTO public.outgoing_mail VALUES (5, '4FMKV-1-skb_6rj14SqTeg', 'dates:AZT_sSn8c6NbpIK3rWRyGg:20261102T090000Z', 'dates', 'must_arrive', 'sent', NULL, NULL, '<c12ad92d64cf78ce145663d00c49bcc2@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'AZT_sSn8c6NbpIK3rWRyGg', NULL, NULL, NULL, '2026-11-02 09:00:00+00', '2026-11-02 09:00:00+00', NULL, 1, NULL, NULL, '2026-11-03 09:00:00.097265+00');
INSERT INTO public.outgoing_mail VALUES (6, 'XNDgROzGAum_S1sP0VEQoA', 'invitation:sh5PYDwRTlbJR4ynxXFtkQ@thursdays.example:0:20261102T090000Z', 'invitation', 'must_arrive', 'sent', NULL, NULL, '<5d8c3f4076065556f0274fb608253e3d@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'AZT_sSn8c6NbpIK3rWRyGg', NULL, NULL, 'session:6_i3auir84hK91pwEBYSYw:AZT_sSn8c6NbpIK3rWRyGg', '2026-11-02 09:00:00+00', '2026-11-02 09:00:00+00', '2026-12-10 19:30:00+00', 1, NULL, NULL, '2026-11-03 09:00:00.103587+00');
INSERT INTO public.outgoing_mail VALUES (7, 'PTKyPWqqynFcwCZv4Hqv3A', 'invitation:WcyMCMrcokQkK9OtPOvBEA@thursdays.example:0:20261102T090000Z', 'invitation', 'must_arrive', 'sent', NULL, NULL, '<62b55c88a491b4dcd8c8e48819456ff6@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'AZT_sSn8c6NbpIK3rWRyGg', NULL, NULL, 'session:WnGpwbo5KXtqDyYpIyLxEg:AZT_sSn8c6NbpIK3rWRyGg', '2026-11-02 09:00:00+00', '2026-11-02 09:00:00+00', '2027-01-14 19:30:00+00', 1, NULL, NULL, '2026-11-03 09:00:00.113699+00');
INSERT INTO public.outgoing_mail VALUES (8, 'pst46Ha5uyEGWeSmLamrpg', 'invitation:wyBULyqoQ63lp-erHiLFDw@thursdays.example:0:20261102T090000Z', 'invitation', 'must_arrive', 'sent', NULL, NULL, '<35656c2b4d8a52895483ddb344f5a069@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'AZT_sSn8c6NbpIK3rWRyGg', NULL, NULL, 'session:FyX-95PAl9BlSP1H6wTL3Q:AZT_sSn8c6NbpIK3rWRyGg', '2026-11-02 09:00:00+00', '2026-11-02 09:00:00+00', '2027-02-11 19:30:00+00', 1, NULL, NULL, '2026-11-03 09:00:00.12168+00');
INSERT INTO public.outgoing_mail VALUES (9, 'EplYKyZlEbAh2CsR83OLag', 'invitation:f-0gFhFlw4G5Wo0h8S9TjA@thursdays.example:0:20261103T090000Z', 'invitation', 'must_arrive', 'sent', NULL, NULL, '<68b2460d84f92b1ab69ba9862d4c08c5@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'F9q5MEtzRbQvzng9hB3Ijg', NULL, NULL, 'session:6_i3auir84hK91pwEBYSYw:F9q5MEtzRbQvzng9hB3Ijg', '2026-11-03 09:00:00+00', '2026-11-03 09:00:00+00', '2026-12-10 19:30:00+00', 1, NULL, NULL, '2026-11-03 09:00:00.130164+00');
INSERT INTO public.outgoing_mail VALUES (10, '97z3Xo4LJlMChdW6P8vsXQ', 'invitation:sHU0Lz5CG24Z5c3yK8hS3w@thursdays.example:0:20261103T090000Z', 'invitation', 'must_arrive', 'sent', NULL, NULL, '<e9003f387bc96047d62be583d444aebe@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'F9q5MEtzRbQvzng9hB3Ijg', NULL, NULL, 'session:WnGpwbo5KXtqDyYpIyLxEg:F9q5MEtzRbQvzng9hB3Ijg', '2026-11-03 09:00:00+00', '2026-11-03 09:00:00+00', '2027-01-14 19:30:00+00', 1, NULL, NULL, '2026-11-03 09:00:00.144922+00');
INSERT INTO public.outgoing_mail VALUES (11, '9PlfvZ5WXCa0OcM4bnOMiA', 'invitation:aJcCQ5R0TeN2gMtR8b5Ccw@thursdays.example:0:20261103T090000Z', 'invitation', 'must_arrive', 'sent', NULL, NULL, '<10f84103e09ee593b760b81bfcf827ca@thursdays.example>', '_PTBCHPrChUq70knfGZpww', 'F9q5MEtzRbQvzng9hB3Ijg', NULL, NULL, 'session:FyX-95PAl9BlSP1H6wTL3Q:F9q5MEtzRbQvzng9hB3Ijg', '2026-11-03 09:00:00+00', '2026-11-03 09:00:00+00', '2027-02-11 19:30:00+00', 1, NULL, NULL, '2026-11-03 09:00:00.160941+00');


--
-- Data for Name: peer_session; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.peer_session VALUES (1, '6_i3auir84hK91pwEBYSYw', 1, 1, '2026-12-10', 1, '2026-12-10 18:00:00+00', '2026-12-10 19:30:00+00', NULL, 'planned', 'collective-care', NULL, NULL, NULL, '2026-11-01 09:00:00+00', '2026-11-01 09:00:00+00', NULL, NULL, NULL, NULL, false, false, NULL, true, NULL);
INSERT INTO public.peer_session VALUES (3, 'FyX-95PAl9BlSP1H6wTL3Q', 1, 1, '2027-02-11', 3, '2027-02-11 18:00:00+00', '2027-02-11 19:30:00+00', NULL, 'planned', 'burnout', NULL, NULL, NULL, '2026-11-01 09:00:00+00', '2026-11-01 09:00:00+00', NULL, NULL, NULL, NULL, false, false, NULL, true, NULL);
INSERT INTO public.peer_session VALUES (4, 'yNS_xmKm-gR9k15sB_wzKQ', 1, 1, '2027-03-11', 4, '2027-03-11 18:00:00+00', '2027-03-11 19:30:00+00', NULL, 'planned', 'endings-and-change', NULL, NULL, NULL, '2026-11-01 09:00:00+00', '2026-11-01 09:00:00+00', NULL, NULL, NULL, NULL, false, false, NULL, true, NULL);
INSERT INTO public.peer_session VALUES (2, 'WnGpwbo5KXtqDyYpIyLxEg', 1, 1, '2027-01-14', 2, '2027-01-13 18:00:00+00', '2027-01-13 19:30:00+00', '2027-01-14 18:00:00+00', 'planned', 'vicarious-trauma', NULL, NULL, NULL, '2026-11-05 09:00:00+00', '2026-11-01 09:00:00+00', NULL, NULL, NULL, NULL, true, false, NULL, true, '2026-11-05 09:00:00+00');


--
-- Data for Name: person; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.person VALUES (2, 'dgQbWSjfby7IRRBqKGauNQ', '\x31026b3140496026f436d6b8d38dbe30e289eabcd78eb9033e77ca5bbbfea05e81ffed8f22123ef52b', '\x31026b319615f91a0feed4a38353a573a54f00e2b42ca6fc2ba0e0a625bf4e03aa998e1c0b1c8aff9f9eb8d71853eea6937e', 'd7c2be449c04bc356f755dabd92867e9d2d2c2d84f4643c3fc091548cd7d9165', 'Europe/London', 'system', false, true, '2026-11-01 09:00:00.966699+00', NULL);
INSERT INTO public.person VALUES (1, 'Ahd9wz-tjlYuNGUzRJP9zA', '\x31026b31fff2de2bf80af55b2d799aee889bed0de86031817d107d55bf5a3d7a486106ecc32092370cd4', '\x31026b31698dd8caf90bcc0e253b8ea449e2cf544cd94ee991db71c2d85facc30b5fd0b4288913c7db0946260c6c8a837887e8ee', '87e0a97097409171570e9294d467aaa8f592d1ca87fa04d67cf14c580052c719', 'Europe/London', 'system', true, true, '2026-11-01 09:00:00.641228+00', '2026-11-01 09:00:00+00');
INSERT INTO public.person VALUES (3, 'Bl_sAKclZW4KrFcQjgg5Xw', '\x31026b3106b7c895223304047826edba90e67e62f0f9bc285413c11d0fe46f1e33e62b0b07', '\x31026b3106d2d1f0db50c867d03f904e02eb301f59d12605dce58ed1e4993e22222d28d5d343c38c31e5e4cd3dc99edd3bbe1272', '5c1a16903588fba45d537e021abe7f6aab0a2241779fe1ddf656cafc5421b7d4', 'Europe/London', 'system', false, false, '2026-11-02 09:00:00+00', '2026-11-02 09:00:00+00');
INSERT INTO public.person VALUES (4, 'SJc-JoDKegPdRI6_Uk3YMw', '\x31026b3108e571c5e0957312eceec55e9f79ba86b1b86e891c6a9818d1d6d6f3ad5648', '\x31026b318d5364f4f0fe473c0cccbc7b0340879eb7a4c6572beb69d7dff192fe7415665a2ecfa1b09aaf4e28dcbcc3678860', '01070cba9aa1ec2d44d00fa805c8cbf37f91b8703da37535b143919c3acbfe6f', 'Europe/London', 'system', false, false, '2026-11-02 09:00:00+00', '2026-11-02 09:00:00+00');


--
-- Data for Name: place_offer; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.place_offer VALUES (3, 'ctSn6ilUN4xFgAZuEpWpYQ', 1, '\x31026b31a78ecbc2d8f471505e511153d91e11640107d8f6419e729a2961ed7bd1f6804604d0bb916a42e80a7b966508f3db64', 'e5a06e68feba367bc3fc15894914da28612c5c879b269456f24ef614648c57f6', '\x31026b311db7f717d3d48a46ffe68d297faa36fbc073123bcfc68c13371f9ed9503e1e70', 'member', 'open', '82d66d31d42180e57224d3560f5489bf154f3b789c654875e220d6b585b90e76', '2026-11-01 09:00:00+00', '2026-11-01 09:00:00+00', '2026-11-15 23:59:59+00', NULL, NULL);
INSERT INTO public.place_offer VALUES (1, 'codLX1OCQ7pfVKJHEcpA6A', 1, '\x31026b31dafcbd501f57889a635b2ec84a306c0819dac005fd5b3b62e8ccb2f8335a3743e542a3d2b246c7cb187ff08d2e7d24f8', '5c1a16903588fba45d537e021abe7f6aab0a2241779fe1ddf656cafc5421b7d4', '\x31026b31dac0b44c310ebe271db5d8d4290995270db67c6947802ea720cf65cf47bf2aeb58', 'member', 'accepted', 'ad9609461a5fc50383b8fd208fea1e3fe296ac2245078d4112e62e0592fe952e', '2026-11-01 09:00:00+00', '2026-11-01 09:00:00+00', '2026-11-15 23:59:59+00', '2026-11-02 09:00:00+00', 2);
INSERT INTO public.place_offer VALUES (2, 'zfK6f8lLwjIIq43lkNmrPQ', 1, '\x31026b31a56c19c2c7cae54e1b9ec8d2174fc4140e60e70b0dc4b62c73cb7d469f5820f6aafce069b5a3af8d35a2e1b0caf6', '01070cba9aa1ec2d44d00fa805c8cbf37f91b8703da37535b143919c3acbfe6f', '\x31026b314611bb0d7e1dd4463adb77c18406fdcfecb07a7627308a103f1ed89d9e364e', 'member', 'accepted', 'eae1ef1bc6b8040118fcf2810a5103ba5a528adf33f2208cc0abbea6faf82cf2', '2026-11-01 09:00:00+00', '2026-11-01 09:00:00+00', '2026-11-15 23:59:59+00', '2026-11-02 09:00:00+00', 3);


--
-- Data for Name: reply; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.reply VALUES (1, 1, 3, 'coming', '2026-11-04 09:00:00+00', false, '[]');
INSERT INTO public.reply VALUES (2, 1, 2, 'not_this_time', '2026-11-04 09:00:00+00', false, '[]');


--
-- Data for Name: reversal; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: series; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.series VALUES (1, 'xwZ9aHZ4mWeA4MKGzuXjMg', 1, '{"kind": "monthly", "weekday": 3, "nth": 2}', '2026-12-10', '18:00:00', '19:30:00', 'Europe/London', 4, '{"bank_holidays": null, "august": false, "court_vacations": false}', '{"instead": {}, "left_out": []}', 'online', '\x31026b31fb170ae90a032d80190b50cfd2366ee240df19145544d2122d8981dc0d6bbc03ed0dba165a56a1a4f06b', '\x31026b31ac3b3bac57163fa5a7ecbf5d7c7f91e2735f649b3cc60f81137dee1fe09b1fabdfcb15bd9a8b92f3d6edc0cf8cf87be82a73de132838465ee077', 7, 3, '2026-11-01 09:00:00+00', NULL);


--
-- Data for Name: session_prompt; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.session_prompt VALUES (1, 'sBXt2Xv5WgSqNq2ICh8rpA', 1, 1, 'bearable-day', '\x31026b312d7f15e9247bf327904c8465b60c2d9141931957599a9d3aff15bb0ecb46f4c34de4eba19b854e616fbfcc65ef2ee8c3e8eb26267211079a6273110b1c13ffea1f192510517145745c89084a93');
INSERT INTO public.session_prompt VALUES (2, 'qSrc2SoJ-uWDODkNfuANnA', 1, 2, 'followed-home', '\x31026b318e9d864e4bba9047ace2dd71e7d73b608e18aefe4460cb7299d1341fee5201bfe1cd3341ff32c4a194abeb4b13cbb58231d2be76e510b2fc9fcf3888b47019c766794c4c361dab379e1cce03a7849a183b433f1b885490b5d54e7804be5794a63b50d56d47a4e0904cb2377efc039bb9d45f84503e9ea15647b9f15790830639a00e1ae0f937a8e9ea69c2332070677b');
INSERT INTO public.session_prompt VALUES (3, 'Ce8yQuxT-hiZcrShKo3iGQ', 2, 1, 'early-signs', '\x31026b3150915fd2e70f4f21ba34e829bfbea74a75dc816a92677cc220a65afead677d111470d94dcb0d7cfabdf27773dc52f113bc71ad1c2610463340c3c1e15232dc5442fb73');
INSERT INTO public.session_prompt VALUES (4, '67xQU2oWI0NvH9i9RkyR4g', 2, 2, 'walk-home', '\x31026b31fe99f7cbb5113b0c97be887abbcc97b4e7c610bf614358055ea10b23ca77387ef5bf7d3e02fe65c3b305c1cc78eb91667a86c07f471ee0d48452caf47f6d4a21ac65313ab3791f0c919280bae60f390dcf7f1584a0b61e4db4e90db74d1610161f1f');
INSERT INTO public.session_prompt VALUES (5, 'U_yN7_wC6ivTMdWRu_lX5w', 3, 1, 'stopped-first', '\x31026b31d018b78a1e3fc877ede6e1338bfc54ee7381b9afcb50ccc28cdf521261791ebac391dab5141fac9f133ac694d4ca20dd8ed3e0ba22d9c4671646143fbd919fb9c3ae0b8514529c4300ac9d30901db38f');
INSERT INTO public.session_prompt VALUES (6, 'fXZYKitmoGPNVeZErPsHeQ', 3, 2, 'which-tiredness', '\x31026b3102ca58f11292b110c1afd510bd2302681ad78357854764f765a7dde7db028f40f1522ef200d261f8920ecdc879739fc598438f284857545a3a84bbbafc1ecc');
INSERT INTO public.session_prompt VALUES (7, 'bNbR7Frd6mBjSDFEb2AtYg', 4, 1, 'support-comes-with-you', '\x31026b3160c7e12448e4831391002053af83065b550bd5bf3473425fe8171d7f3a8fe7b14a884a6aa920ac32e001070d3e0602432376463465ad8b0c');
INSERT INTO public.session_prompt VALUES (8, '6pvKlz1ux58i0x6MIY-STw', 4, 2, 'unfinished-on-purpose', '\x31026b314b94ee5148daa1205c708e70ea76947900bc98fda9c49d4c696c070a956f507a32ac15d090c2d6709ca819896963b80edee66c7775e0e284135f1ca978cab3149c243409');


--
-- Data for Name: sign_in; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.sign_in VALUES (1, '6xFVU1xsNA5aLu19-JBkUA', 1, 'e3db32c9d019ddd390ca97a842c9947c81787045c5eb4b87916870adc2f556f6', '\x31026b3149742034ea0f0cedce01b9dabe6dd724cc3f4b42376063852810753d62ded3866023cc', '2026-11-21 09:00:00+00', '2026-11-21 21:00:00+00', NULL);


--
-- Data for Name: sign_in_code; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: standing_answer; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: throttle; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: waiting_mail; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: written_entry; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: agreement_version_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.agreement_version_id_seq', 1, true);


--
-- Name: calendar_mail_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.calendar_mail_id_seq', 1, false);


--
-- Name: cohort_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.cohort_id_seq', 1, true);


--
-- Name: diary_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.diary_id_seq', 3, true);


--
-- Name: do_not_write_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.do_not_write_id_seq', 1, false);


--
-- Name: feed_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.feed_id_seq', 4, true);


--
-- Name: invitation_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.invitation_id_seq', 6, true);


--
-- Name: membership_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.membership_id_seq', 3, true);


--
-- Name: outgoing_mail_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outgoing_mail_id_seq', 16, true);


--
-- Name: peer_session_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.peer_session_id_seq', 4, true);


--
-- Name: person_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.person_id_seq', 4, true);


--
-- Name: place_offer_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.place_offer_id_seq', 3, true);


--
-- Name: reply_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.reply_id_seq', 2, true);


--
-- Name: reversal_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.reversal_id_seq', 1, true);


--
-- Name: series_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.series_id_seq', 1, true);


--
-- Name: session_prompt_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.session_prompt_id_seq', 8, true);


--
-- Name: sign_in_code_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.sign_in_code_id_seq', 1, false);


--
-- Name: sign_in_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.sign_in_id_seq', 1, true);


--
-- Name: throttle_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.throttle_id_seq', 1, false);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: agreement_version pk_agreement_version; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.agreement_version
    ADD CONSTRAINT pk_agreement_version PRIMARY KEY (id);


--
-- Name: calendar_mail pk_calendar_mail; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calendar_mail
    ADD CONSTRAINT pk_calendar_mail PRIMARY KEY (id);


--
-- Name: cohort pk_cohort; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cohort
    ADD CONSTRAINT pk_cohort PRIMARY KEY (id);


--
-- Name: diary pk_diary; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.diary
    ADD CONSTRAINT pk_diary PRIMARY KEY (id);


--
-- Name: do_not_write pk_do_not_write; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.do_not_write
    ADD CONSTRAINT pk_do_not_write PRIMARY KEY (id);


--
-- Name: feed pk_feed; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT pk_feed PRIMARY KEY (id);


--
-- Name: invitation pk_invitation; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT pk_invitation PRIMARY KEY (id);


--
-- Name: job_run pk_job_run; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.job_run
    ADD CONSTRAINT pk_job_run PRIMARY KEY (name);


--
-- Name: membership pk_membership; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT pk_membership PRIMARY KEY (id);


--
-- Name: outgoing_mail pk_outgoing_mail; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outgoing_mail
    ADD CONSTRAINT pk_outgoing_mail PRIMARY KEY (id);


--
-- Name: peer_session pk_peer_session; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.peer_session
    ADD CONSTRAINT pk_peer_session PRIMARY KEY (id);


--
-- Name: person pk_person; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.person
    ADD CONSTRAINT pk_person PRIMARY KEY (id);


--
-- Name: place_offer pk_place_offer; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.place_offer
    ADD CONSTRAINT pk_place_offer PRIMARY KEY (id);


--
-- Name: reply pk_reply; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT pk_reply PRIMARY KEY (id);


--
-- Name: reversal pk_reversal; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reversal
    ADD CONSTRAINT pk_reversal PRIMARY KEY (id);


--
-- Name: series pk_series; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.series
    ADD CONSTRAINT pk_series PRIMARY KEY (id);


--
-- Name: session_prompt pk_session_prompt; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session_prompt
    ADD CONSTRAINT pk_session_prompt PRIMARY KEY (id);


--
-- Name: sign_in pk_sign_in; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in
    ADD CONSTRAINT pk_sign_in PRIMARY KEY (id);


--
-- Name: sign_in_code pk_sign_in_code; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_code
    ADD CONSTRAINT pk_sign_in_code PRIMARY KEY (id);


--
-- Name: standing_answer pk_standing_answer; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.standing_answer
    ADD CONSTRAINT pk_standing_answer PRIMARY KEY (membership_id);


--
-- Name: throttle pk_throttle; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.throttle
    ADD CONSTRAINT pk_throttle PRIMARY KEY (id);


--
-- Name: waiting_mail pk_waiting_mail; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.waiting_mail
    ADD CONSTRAINT pk_waiting_mail PRIMARY KEY (id);


--
-- Name: written_entry pk_written_entry; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.written_entry
    ADD CONSTRAINT pk_written_entry PRIMARY KEY (session_id);


--
-- Name: agreement_version uq_agreement_version_cohort_id_number; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.agreement_version
    ADD CONSTRAINT uq_agreement_version_cohort_id_number UNIQUE (cohort_id, number);


--
-- Name: calendar_mail uq_calendar_mail_digest; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calendar_mail
    ADD CONSTRAINT uq_calendar_mail_digest UNIQUE (digest);


--
-- Name: cohort uq_cohort_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cohort
    ADD CONSTRAINT uq_cohort_public_id UNIQUE (public_id);


--
-- Name: diary uq_diary_person_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.diary
    ADD CONSTRAINT uq_diary_person_id UNIQUE (person_id);


--
-- Name: diary uq_diary_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.diary
    ADD CONSTRAINT uq_diary_public_id UNIQUE (public_id);


--
-- Name: do_not_write uq_do_not_write_email_index; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.do_not_write
    ADD CONSTRAINT uq_do_not_write_email_index UNIQUE (email_index);


--
-- Name: feed uq_feed_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT uq_feed_public_id UNIQUE (public_id);


--
-- Name: feed uq_feed_token_hash; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT uq_feed_token_hash UNIQUE (token_hash);


--
-- Name: invitation uq_invitation_session_id_membership_id_generation; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT uq_invitation_session_id_membership_id_generation UNIQUE (session_id, membership_id, generation);


--
-- Name: invitation uq_invitation_uid; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT uq_invitation_uid UNIQUE (uid);


--
-- Name: membership uq_membership_cohort_id_person_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT uq_membership_cohort_id_person_id UNIQUE (cohort_id, person_id);


--
-- Name: membership uq_membership_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT uq_membership_public_id UNIQUE (public_id);


--
-- Name: outgoing_mail uq_outgoing_mail_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outgoing_mail
    ADD CONSTRAINT uq_outgoing_mail_key UNIQUE (key);


--
-- Name: outgoing_mail uq_outgoing_mail_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outgoing_mail
    ADD CONSTRAINT uq_outgoing_mail_public_id UNIQUE (public_id);


--
-- Name: peer_session uq_peer_session_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.peer_session
    ADD CONSTRAINT uq_peer_session_public_id UNIQUE (public_id);


--
-- Name: peer_session uq_peer_session_series_id_planned_on; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.peer_session
    ADD CONSTRAINT uq_peer_session_series_id_planned_on UNIQUE (series_id, planned_on);


--
-- Name: person uq_person_email_index; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.person
    ADD CONSTRAINT uq_person_email_index UNIQUE (email_index);


--
-- Name: person uq_person_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.person
    ADD CONSTRAINT uq_person_public_id UNIQUE (public_id);


--
-- Name: place_offer uq_place_offer_cohort_id_email_index; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.place_offer
    ADD CONSTRAINT uq_place_offer_cohort_id_email_index UNIQUE (cohort_id, email_index);


--
-- Name: place_offer uq_place_offer_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.place_offer
    ADD CONSTRAINT uq_place_offer_public_id UNIQUE (public_id);


--
-- Name: place_offer uq_place_offer_token_hash; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.place_offer
    ADD CONSTRAINT uq_place_offer_token_hash UNIQUE (token_hash);


--
-- Name: reply uq_reply_session_id_membership_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT uq_reply_session_id_membership_id UNIQUE (session_id, membership_id);


--
-- Name: reversal uq_reversal_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reversal
    ADD CONSTRAINT uq_reversal_public_id UNIQUE (public_id);


--
-- Name: series uq_series_cohort_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.series
    ADD CONSTRAINT uq_series_cohort_id UNIQUE (cohort_id);


--
-- Name: series uq_series_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.series
    ADD CONSTRAINT uq_series_public_id UNIQUE (public_id);


--
-- Name: session_prompt uq_session_prompt_session_id_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session_prompt
    ADD CONSTRAINT uq_session_prompt_session_id_public_id UNIQUE (session_id, public_id);


--
-- Name: sign_in_code uq_sign_in_code_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_code
    ADD CONSTRAINT uq_sign_in_code_public_id UNIQUE (public_id);


--
-- Name: sign_in uq_sign_in_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in
    ADD CONSTRAINT uq_sign_in_public_id UNIQUE (public_id);


--
-- Name: sign_in uq_sign_in_secret_hash; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in
    ADD CONSTRAINT uq_sign_in_secret_hash UNIQUE (secret_hash);


--
-- Name: throttle uq_throttle_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.throttle
    ADD CONSTRAINT uq_throttle_key UNIQUE (key);


--
-- Name: written_entry uq_written_entry_public_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.written_entry
    ADD CONSTRAINT uq_written_entry_public_id UNIQUE (public_id);


--
-- Name: ix_calendar_mail_read_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_calendar_mail_read_at ON public.calendar_mail USING btree (read_at);


--
-- Name: ix_cohort_opened_by_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_cohort_opened_by_id ON public.cohort USING btree (opened_by_id);


--
-- Name: ix_cohort_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_cohort_state ON public.cohort USING btree (state);


--
-- Name: ix_feed_diary_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_feed_diary_id ON public.feed USING btree (diary_id);


--
-- Name: ix_invitation_membership_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_invitation_membership_id ON public.invitation USING btree (membership_id);


--
-- Name: ix_membership_person_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_membership_person_id ON public.membership USING btree (person_id);


--
-- Name: ix_outgoing_mail_addressee; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_addressee ON public.outgoing_mail USING btree (addressee);


--
-- Name: ix_outgoing_mail_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_due ON public.outgoing_mail USING btree (due_at) WHERE ((state)::text = 'due'::text);


--
-- Name: ix_outgoing_mail_final_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_final_at ON public.outgoing_mail USING btree (final_at);


--
-- Name: ix_outgoing_mail_parcel; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_parcel ON public.outgoing_mail USING btree (parcel);


--
-- Name: ix_outgoing_mail_parked; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_parked ON public.outgoing_mail USING btree (final_at) WHERE ((state)::text = 'parked'::text);


--
-- Name: ix_outgoing_mail_replaced_by; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_replaced_by ON public.outgoing_mail USING btree (replaced_by);


--
-- Name: ix_outgoing_mail_sending; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_sending ON public.outgoing_mail USING btree (leased_until) WHERE ((state)::text = 'sending'::text);


--
-- Name: ix_outgoing_mail_thread; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_thread ON public.outgoing_mail USING btree (thread, id);


--
-- Name: ix_outgoing_mail_topic; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_topic ON public.outgoing_mail USING btree (topic);


--
-- Name: ix_outgoing_mail_words; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outgoing_mail_words ON public.outgoing_mail USING btree (final_at) WHERE (body_sealed IS NOT NULL);


--
-- Name: ix_peer_session_cohort_id_starts_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_peer_session_cohort_id_starts_at ON public.peer_session USING btree (cohort_id, starts_at);


--
-- Name: ix_peer_session_starts_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_peer_session_starts_at ON public.peer_session USING btree (starts_at);


--
-- Name: ix_place_offer_email_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_place_offer_email_index ON public.place_offer USING btree (email_index);


--
-- Name: ix_reply_membership_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_reply_membership_id ON public.reply USING btree (membership_id);


--
-- Name: ix_reversal_made_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_reversal_made_at ON public.reversal USING btree (made_at);


--
-- Name: ix_session_prompt_session_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_session_prompt_session_id ON public.session_prompt USING btree (session_id);


--
-- Name: ix_sign_in_code_browser_hash; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_sign_in_code_browser_hash ON public.sign_in_code USING btree (browser_hash);


--
-- Name: ix_sign_in_code_email_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_sign_in_code_email_index ON public.sign_in_code USING btree (email_index);


--
-- Name: ix_sign_in_person_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_sign_in_person_id ON public.sign_in USING btree (person_id);


--
-- Name: ix_throttle_forget_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_throttle_forget_at ON public.throttle USING btree (forget_at);


--
-- Name: agreement_version fk_agreement_version_cohort_id_cohort; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.agreement_version
    ADD CONSTRAINT fk_agreement_version_cohort_id_cohort FOREIGN KEY (cohort_id) REFERENCES public.cohort(id) ON DELETE CASCADE;


--
-- Name: cohort fk_cohort_opened_by_id_person; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cohort
    ADD CONSTRAINT fk_cohort_opened_by_id_person FOREIGN KEY (opened_by_id) REFERENCES public.person(id) ON DELETE SET NULL;


--
-- Name: diary fk_diary_person_id_person; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.diary
    ADD CONSTRAINT fk_diary_person_id_person FOREIGN KEY (person_id) REFERENCES public.person(id) ON DELETE CASCADE;


--
-- Name: feed fk_feed_diary_id_diary; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT fk_feed_diary_id_diary FOREIGN KEY (diary_id) REFERENCES public.diary(id) ON DELETE CASCADE;


--
-- Name: invitation fk_invitation_membership_id_membership; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT fk_invitation_membership_id_membership FOREIGN KEY (membership_id) REFERENCES public.membership(id) ON DELETE CASCADE;


--
-- Name: invitation fk_invitation_session_id_peer_session; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT fk_invitation_session_id_peer_session FOREIGN KEY (session_id) REFERENCES public.peer_session(id) ON DELETE CASCADE;


--
-- Name: membership fk_membership_cohort_id_cohort; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT fk_membership_cohort_id_cohort FOREIGN KEY (cohort_id) REFERENCES public.cohort(id) ON DELETE CASCADE;


--
-- Name: membership fk_membership_person_id_person; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT fk_membership_person_id_person FOREIGN KEY (person_id) REFERENCES public.person(id);


--
-- Name: peer_session fk_peer_session_cohort_id_cohort; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.peer_session
    ADD CONSTRAINT fk_peer_session_cohort_id_cohort FOREIGN KEY (cohort_id) REFERENCES public.cohort(id) ON DELETE CASCADE;


--
-- Name: peer_session fk_peer_session_series_id_series; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.peer_session
    ADD CONSTRAINT fk_peer_session_series_id_series FOREIGN KEY (series_id) REFERENCES public.series(id) ON DELETE CASCADE;


--
-- Name: place_offer fk_place_offer_cohort_id_cohort; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.place_offer
    ADD CONSTRAINT fk_place_offer_cohort_id_cohort FOREIGN KEY (cohort_id) REFERENCES public.cohort(id) ON DELETE CASCADE;


--
-- Name: place_offer fk_place_offer_membership_id_membership; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.place_offer
    ADD CONSTRAINT fk_place_offer_membership_id_membership FOREIGN KEY (membership_id) REFERENCES public.membership(id) ON DELETE SET NULL;


--
-- Name: reply fk_reply_membership_id_membership; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT fk_reply_membership_id_membership FOREIGN KEY (membership_id) REFERENCES public.membership(id) ON DELETE CASCADE;


--
-- Name: reply fk_reply_session_id_peer_session; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT fk_reply_session_id_peer_session FOREIGN KEY (session_id) REFERENCES public.peer_session(id) ON DELETE CASCADE;


--
-- Name: series fk_series_cohort_id_cohort; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.series
    ADD CONSTRAINT fk_series_cohort_id_cohort FOREIGN KEY (cohort_id) REFERENCES public.cohort(id) ON DELETE CASCADE;


--
-- Name: session_prompt fk_session_prompt_session_id_peer_session; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session_prompt
    ADD CONSTRAINT fk_session_prompt_session_id_peer_session FOREIGN KEY (session_id) REFERENCES public.peer_session(id) ON DELETE CASCADE;


--
-- Name: sign_in fk_sign_in_person_id_person; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in
    ADD CONSTRAINT fk_sign_in_person_id_person FOREIGN KEY (person_id) REFERENCES public.person(id) ON DELETE CASCADE;


--
-- Name: standing_answer fk_standing_answer_membership_id_membership; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.standing_answer
    ADD CONSTRAINT fk_standing_answer_membership_id_membership FOREIGN KEY (membership_id) REFERENCES public.membership(id) ON DELETE CASCADE;


--
-- Name: written_entry fk_written_entry_session_id_peer_session; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.written_entry
    ADD CONSTRAINT fk_written_entry_session_id_peer_session FOREIGN KEY (session_id) REFERENCES public.peer_session(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


