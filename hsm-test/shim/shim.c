/* A PKCS#11 module between a program and the real module: it counts what is signed, and at a word
 * does to the next signature what a broken token or a crash would do.
 *
 *   SHIM_MODULE   the real module
 *   SHIM_LOG      a file that gets one line an event:
 *                   PID login              C_Login succeeded
 *                   PID sign HEX           C_Sign is about to be called; HEX is what it signs
 *                   PID signed HEX         C_Sign gave a signature
 *                   PID kill HEX           the signature is not returned: the process dies here
 *                   PID flip HEX           the signature is returned with one bit changed
 *                   PID hang HEX           the call does not return before it is let go
 *                   PID late HEX           it was let go
 *   SHIM_TRIGGER  a file whose first letter says what happens when the next C_Sign has signed:
 *                   k  the process is killed
 *                   f  one bit is flipped
 *                   F  the same, for every signature as long as the file exists
 *                   h  the call hangs until the file with the suffix .taken is removed
 *                 All but F take the file away, by renaming it: one signature each. An empty file
 *                 says nothing yet.
 *
 * Test equipment. It exports C_GetFunctionList only, with the 68 functions of PKCS#11 2.40; all
 * but C_Login and C_Sign are the real module's own.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

typedef unsigned long rv_t; /* CK_RV, CK_ULONG, handles: all of them unsigned long */
typedef void (*function_t)(void);

enum { FUNCTIONS = 68, LOGIN = 18, SIGN = 43, LONGEST = 512 };
enum { OK = 0, GENERAL_ERROR = 5, ARGUMENTS_BAD = 7 };

struct function_list { /* CK_FUNCTION_LIST */
  struct { unsigned char major, minor; } version;
  function_t function[FUNCTIONS];
};

typedef rv_t (*get_function_list_t)(struct function_list **);
typedef rv_t (*login_t)(rv_t session, rv_t user, unsigned char *pin, rv_t length);
typedef rv_t (*sign_t)(rv_t session, unsigned char *data, rv_t length, unsigned char *signature,
                       rv_t *signature_length);

static struct function_list list;
static login_t real_login;
static sign_t real_sign;
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
  if (result == OK)
    note("login", NULL, 0);
  return result;
}

/* What the trigger says, 0 without one. Of several threads one takes it. */
static char take_trigger(void) {
  char word = 0;
  int file = open(trigger, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  ssize_t told = read(file, &word, 1);
  close(file);
  if (told != 1)
    return 0;
  return word == 'F' || rename(trigger, taken) == 0 ? word : 0;
}

static void misbehave(char how, const unsigned char *data, rv_t length, unsigned char *signature,
                      rv_t signature_length) {
  switch (how) {
  case 'k':
    note("kill", data, length);
    kill(getpid(), SIGKILL);
    for (;;)
      pause();
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

static rv_t shim_sign(rv_t session, unsigned char *data, rv_t length, unsigned char *signature,
                      rv_t *signature_length) {
  if (signature == NULL) /* asks for the length only */
    return real_sign(session, data, length, signature, signature_length);
  note("sign", data, length);
  rv_t result = real_sign(session, data, length, signature, signature_length);
  if (result != OK)
    return result;
  note("signed", data, length);
  char how = take_trigger();
  if (how != 0)
    misbehave(how, data, length, signature, *signature_length);
  return result;
}

static int load(void) {
  const char *module = getenv("SHIM_MODULE");
  log_file = getenv("SHIM_LOG");
  trigger = getenv("SHIM_TRIGGER");
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
  real_sign = (sign_t)real->function[SIGN];
  list.function[LOGIN] = (function_t)shim_login;
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
