/* A PKCS#11 module between a program and the real module: it counts what is signed, and at a word
 * does to the next signature what a broken token or a crash would do.
 *
 *   SHIM_MODULE   the real module
 *   SHIM_LOG      a file that gets one line an event:
 *                   PID login              C_Login succeeded
 *                   PID refused            C_Login failed
 *                   PID sign HEX           C_Sign is about to be called; HEX is what it signs
 *                   PID signed HEX         C_Sign gave a signature
 *                   PID kill HEX           the signature is not returned: the process dies here
 *                   PID flip HEX           the signature is returned with one bit changed
 *                   PID hang HEX           the call does not return before it is let go
 *                   PID late HEX           it was let go
 *                   PID stray              C_SignInit was given another key than was asked for
 *   SHIM_KILL_AT  the number of the C_Sign of this process that does not return: the process dies
 *                 instead. Not set: none.
 *   SHIM_DECOY    the label of the key that a stray C_SignInit gets
 *   SHIM_TRIGGER  a file whose first letter says what happens when the next C_Sign has signed:
 *                   k  the process is killed
 *                   f  one bit is flipped
 *                   F  the same, for every signature as long as the file exists
 *                   h  the call hangs until the file with the suffix .taken is removed
 *                 or to the next C_SignInit:
 *                   w  it gets the handle of the key SHIM_DECOY
 *                   W  the same, for every C_SignInit as long as the file exists
 *                 All but F and W take the file away, by renaming it: one signature each. An empty
 *                 file says nothing yet.
 *
 * Test equipment. It exports C_GetFunctionList only, with the 68 functions of PKCS#11 2.40; all
 * but C_Login, C_SignInit and C_Sign are the real module's own.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

typedef unsigned long rv_t; /* CK_RV, CK_ULONG, handles: all of them unsigned long */
typedef void (*function_t)(void);

enum { FUNCTIONS = 68, LONGEST = 512 };
enum { LOGIN = 18, FIND_INIT = 26, FIND = 27, FIND_FINAL = 28, SIGN_INIT = 42, SIGN = 43 };
enum { CLASS = 0, PRIVATE_KEY = 3, LABEL = 3 }; /* CKA_CLASS, CKO_PRIVATE_KEY, CKA_LABEL */
enum { OK = 0, GENERAL_ERROR = 5, ARGUMENTS_BAD = 7 };

struct function_list { /* CK_FUNCTION_LIST */
  struct { unsigned char major, minor; } version;
  function_t function[FUNCTIONS];
};

typedef rv_t (*get_function_list_t)(struct function_list **);
typedef rv_t (*login_t)(rv_t session, rv_t user, unsigned char *pin, rv_t length);
typedef rv_t (*sign_t)(rv_t session, unsigned char *data, rv_t length, unsigned char *signature,
                       rv_t *signature_length);

struct attribute { /* CK_ATTRIBUTE */
  rv_t type;
  const void *value;
  rv_t length;
};
typedef rv_t (*find_init_t)(rv_t session, struct attribute *wanted, rv_t number);
typedef rv_t (*find_t)(rv_t session, rv_t *found, rv_t room, rv_t *number);
typedef rv_t (*find_final_t)(rv_t session);
typedef rv_t (*sign_init_t)(rv_t session, void *mechanism, rv_t key);

static struct function_list list;
static login_t real_login;
static find_init_t real_find_init;
static find_t real_find;
static find_final_t real_find_final;
static sign_init_t real_sign_init;
static sign_t real_sign;
static long kill_at;
static atomic_long signatures;
static const char *log_file, *trigger;
static char taken[4096];

/* One write to a file opened with O_APPEND: lines of several threads do not mix, and what is
 * written survives the process. */
static void note(const char *what, const unsigned char *data, rv_t length) {
  char line[2 * LONGEST + 64];
  int at = snprintf(line, sizeof line, "%d %s", (int)getpid(), what);
  if (data != NULL) {
    line[at++] = ' ';
    for (rv_t i = 0; i < length && i < LONGEST; i++)
      at += snprintf(line + at, 3, "%02x", data[i]);
  }
  line[at++] = '\n';
  int file = open(log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || write(file, line, (size_t)at) != at)
    abort(); /* a signature that is not counted would make the test lie */
  close(file);
}

static rv_t shim_login(rv_t session, rv_t user, unsigned char *pin, rv_t length) {
  rv_t result = real_login(session, user, pin, length);
  note(result == OK ? "login" : "refused", NULL, 0);
  return result;
}

/* What the trigger says, if it is one of `words`; 0 otherwise. Of several threads one takes it. */
static char take_trigger(const char *words) {
  char word = 0;
  int file = open(trigger, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  ssize_t told = read(file, &word, 1);
  close(file);
  if (told != 1 || word == 0 || strchr(words, word) == NULL)
    return 0;
  return word == 'F' || word == 'W' || rename(trigger, taken) == 0 ? word : 0;
}

static void die_with(const unsigned char *data, rv_t length) {
  note("kill", data, length);
  kill(getpid(), SIGKILL);
  for (;;)
    pause();
}

static void misbehave(char how, const unsigned char *data, rv_t length, unsigned char *signature,
                      rv_t signature_length) {
  switch (how) {
  case 'k':
    die_with(data, length);
    break;
  case 'f':
  case 'F':
    note("flip", data, length);
    signature[signature_length / 2] ^= 1;
    break;
  case 'h':
    note("hang", data, length);
    while (access(taken, F_OK) == 0)
      usleep(10000);
    note("late", data, length);
    return;
  }
  if (how == 'f')
    unlink(taken);
}

/* The private key with the decoy's label, 0 without one. */
static rv_t find_decoy(rv_t session) {
  static const rv_t private_key = PRIVATE_KEY;
  const char *label = getenv("SHIM_DECOY");
  rv_t found = 0, number = 0;
  if (label == NULL)
    return 0;
  struct attribute wanted[] = {{CLASS, &private_key, sizeof private_key},
                               {LABEL, label, strlen(label)}};
  if (real_find_init(session, wanted, 2) != OK)
    return 0;
  rv_t result = real_find(session, &found, 1, &number);
  real_find_final(session);
  return result == OK && number == 1 ? found : 0;
}

static rv_t shim_sign_init(rv_t session, void *mechanism, rv_t key) {
  char how = take_trigger("wW");
  if (how != 0) {
    key = find_decoy(session);
    if (key == 0)
      abort(); /* a fault that does not happen would make the test lie */
    note("stray", NULL, 0);
    if (how == 'w')
      unlink(taken);
  }
  return real_sign_init(session, mechanism, key);
}

static rv_t shim_sign(rv_t session, unsigned char *data, rv_t length, unsigned char *signature,
                      rv_t *signature_length) {
  if (signature == NULL) /* asks for the length only */
    return real_sign(session, data, length, signature, signature_length);
  note("sign", data, length);
  rv_t result = real_sign(session, data, length, signature, signature_length);
  if (result != OK)
    return result;
  note("signed", data, length);
  if (atomic_fetch_add(&signatures, 1) + 1 == kill_at)
    die_with(data, length);
  char how = take_trigger("kfFh");
  if (how != 0)
    misbehave(how, data, length, signature, *signature_length);
  return result;
}

static int load(void) {
  const char *module = getenv("SHIM_MODULE");
  log_file = getenv("SHIM_LOG");
  trigger = getenv("SHIM_TRIGGER");
  const char *at = getenv("SHIM_KILL_AT");
  kill_at = at == NULL ? 0 : atol(at);
  if (module == NULL || log_file == NULL || trigger == NULL) {
    fprintf(stderr, "shim: SHIM_MODULE, SHIM_LOG and SHIM_TRIGGER must be set\n");
    return 0;
  }
  if (snprintf(taken, sizeof taken, "%s.taken", trigger) >= (int)sizeof taken) {
    fprintf(stderr, "shim: the name of SHIM_TRIGGER is too long\n");
    return 0;
  }
  void *library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
  get_function_list_t get =
      library == NULL ? NULL : (get_function_list_t)dlsym(library, "C_GetFunctionList");
  struct function_list *real;
  if (get == NULL || get(&real) != OK) {
    fprintf(stderr, "shim: %s: %s\n", module, dlerror());
    return 0;
  }
  list = *real;
  real_login = (login_t)real->function[LOGIN];
  real_find_init = (find_init_t)real->function[FIND_INIT];
  real_find = (find_t)real->function[FIND];
  real_find_final = (find_final_t)real->function[FIND_FINAL];
  real_sign_init = (sign_init_t)real->function[SIGN_INIT];
  real_sign = (sign_t)real->function[SIGN];
  list.function[LOGIN] = (function_t)shim_login;
  list.function[SIGN_INIT] = (function_t)shim_sign_init;
  list.function[SIGN] = (function_t)shim_sign;
  return 1;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int loaded;
static void load_once(void) { loaded = load(); }

__attribute__((visibility("default"))) rv_t C_GetFunctionList(struct function_list **given) {
  if (given == NULL)
    return ARGUMENTS_BAD;
  pthread_once(&once, load_once);
  if (!loaded)
    return GENERAL_ERROR;
  *given = &list;
  return OK;
}
