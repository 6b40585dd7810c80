"""plotting.py -- the program and its gnuplot, driven from outside: hostile
words and names, deaths, silence, many figures, much data.

  python3 plotting.py PROGRAM COUNT FIGURES POINTS

COUNT hostile titles and as many file names, FIGURES in one loop, POINTS in
one figure.  In an empty folder.  TAP on standard output.

Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as tree

program, count, figures, points = sys.argv[1], *map(int, sys.argv[2:5])
environment = dict(os.environ, OMP_WAIT_POLICY='passive', LC_ALL='C.UTF-8')
done = 0
problem = '''set quiet=yes verbose=quiet
generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]
bias augmented
formulation relu beta=0.1
solver admm
solve
'''


def check(good, words, why=''):
    global done
    done += 1
    print('%sok %d - %s' % ('' if good else 'not ', done, words), flush=True)
    if not good and why:
        print('\n'.join('# ' + line for line in str(why).split('\n')[:12]))


class Session:
    """The program reading commands from us; `do' waits for its answer."""

    def __init__(self, **more):
        self.child = subprocess.Popen(
            [program, '-q', '--keep-going'], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=open('errors', 'w'),
            env=dict(environment, **more), bufsize=0)
        self.send(problem)

    def send(self, text):
        self.child.stdin.write(text.encode('utf-8', 'surrogateescape'))

    def line(self):
        return self.child.stdout.readline().decode().rstrip('\n')

    def do(self, command):
        self.send(command + '\nprint "ANSWER {last.ok} {last.error}"\n')
        while True:
            line = self.line()
            if line.startswith('ANSWER '):
                ok, error = line.split()[1:3]
                return ok == 'true' or ok == '1', error
            if line == '' and self.child.poll() is not None:
                return False, 'dead'

    def end(self):
        self.child.stdin.close()
        code = self.child.wait(60)
        self.child.stdout.close()
        return code


def children(pid):
    found = []
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                with open('/proc/%s/stat' % name) as f:
                    rest = f.read().rsplit(')', 1)
            except OSError:
                continue
            if int(rest[1].split()[1]) == pid:
                found.append(int(name))
    return found


def gone(pid):
    """Ended within two seconds (a zombie has)."""
    for _ in range(100):
        try:
            with open('/proc/%d/stat' % pid) as f:
                if f.read().rsplit(')', 1)[1].split()[0] == 'Z':
                    return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def descriptors(pid):
    return len(os.listdir('/proc/%d/fd' % pid))


def memory(pid):
    with open('/proc/%d/statm' % pid) as f:
        return int(f.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def temporary():
    return [name for folder in ('.', 'tmp', 'runtime')
            for name in os.listdir(folder)
            if 'tmp-' in name or 'cvxnn-' in name or name.startswith('.#')]


def fake(name, text):
    with open(name, 'w') as f:
        f.write(text)
    os.chmod(name, 0o755)
    return './' + name


# --- P5, P6: hostile words and names ---

pieces = ['`touch pwned`', '$(touch pwned)', '"; system "touch pwned" #',
          "'; !touch pwned", '|touch pwned', '<touch pwned', '\\', '\\\\', '%',
          '%s%n%d', '@x', '@', '{', '}', '{/Bold x}', '^', '_', '~', '#', '&',
          '<', '>', ']]>', '&amp;', '<!--', '-->', '$0', '$x', '"', "'", '`',
          '\\input{pwned}', '\\write18{touch pwned}', ';', ' ', '  ', 'a', 'Z9',
          '0', '7', 'ä', '€', '𝔘', '\u202e', '\u0301', '-', '+', '=', '(', ')',
          '\\n', '\\042', '.', ',', ':', '*', '?', '[', ']', '!']
refused = ['\t', '\x01', '\x1b[31m', '\x7f', '\udcff', '\udcc3']


def hostile(dice, longest):
    some = [dice.choice(pieces) for _ in range(dice.randint(1, longest))]
    if dice.random() < 0.08:
        some.insert(dice.randrange(len(some) + 1), dice.choice(refused))
    return ''.join(some)


def quoted(words):
    """WORDS as a string of the command language."""
    for c in '\\"{}':
        words = words.replace(c, '\\' + c)
    return '"' + words + '"'


def literally(words, file):
    try:
        text = ''.join(tree.parse(file).getroot().itertext())
    except (OSError, tree.ParseError) as error:
        return repr(error)
    squeeze = ' '.join
    # gnuplot leaves out blanks at the ends.
    if squeeze(words.split()) in squeeze(text.split()):
        return None
    return 'drawn otherwise'


def run_hostile():
    dice = random.Random(1)
    session = Session()
    wrong, drawn, said = [], 0, 0
    for k in range(count):
        words = hostile(dice, 6)
        good, error = session.do('plot gap title=%s to=title.svg'
                                 % quoted(words))
        # What the language refuses is no command that could have failed.
        if good and os.path.exists('title.svg'):
            drawn += 1
            fault = literally(words, 'title.svg')
            os.remove('title.svg')
        else:
            said += 1
            fault = None if any(c in words for c in refused) else error
        if fault or error == 'dead':
            wrong.append((words, fault))
        if error == 'dead':
            break
    check(not wrong and drawn > count // 2, '%d hostile titles: %d drawn as '
          'they are, %d refused' % (count, drawn, said), wrong[:5])
    check(session.end() >= 0, 'the program lives to the end')

    session = Session()
    wrong, drawn, said = [], 0, 0
    os.mkdir('names')
    for k in range(count):
        words = hostile(dice, 5).replace('/', '')[:60] + '.svg'
        path = words
        if words[0] not in '~ ' and dice.random() < 0.5:
            folder = '.'
        else:
            folder, path = 'names', 'names/' + words
        name = os.path.join(folder, words)
        before = set(os.listdir('.'))
        good, error = session.do('plot gap to=' + quoted(path))
        raw = name.encode('utf-8', 'surrogateescape')
        if good and os.path.exists(raw):
            drawn += 1
            fault = None
            os.remove(raw)
        else:
            said += 1
            fault = None if any(c in words for c in refused) else error
        left = set(os.listdir('.')) - before
        if fault or left or error == 'dead':
            wrong.append((words, fault, left))
        if error == 'dead':
            break
    check(not wrong and drawn > count // 2, '%d hostile file names: %d are '
          'files, %d refused' % (count, drawn, said), wrong[:5])
    session.end()
    check(not any('pwned' in name for name in
                  os.listdir('.') + os.listdir('names')), 'nothing ran')
    check(not temporary(), 'nothing is left', temporary())


# --- P2, P3, P12, P16, P18: the process ---

def run_process():
    session = Session()
    pid = session.child.pid
    check(session.do('plot gap to=a.pdf')[0], 'a figure')
    first = children(pid)
    check(len(first) == 1, 'one gnuplot', first)
    os.kill(first[0], signal.SIGKILL)
    check(session.do('plot gap to=b.pdf')[0] and os.path.exists('b.pdf'),
          'killed between figures: it is started again')
    second = children(pid)
    check(len(second) == 1 and second != first, 'one again', second)
    os.kill(second[0], signal.SIGSTOP)
    start = time.time()
    session.do('set plot.time=0.5')
    good, error = session.do('plot gap to=c.pdf')
    check(not good and error == '608', 'stopped: stuck, and is said', error)
    check(time.time() - start < 5 and gone(second[0]), 'and is ended',
          time.time() - start)
    session.do('set plot.time=30')
    check(session.do('plot gap to=c.pdf')[0], 'the next figure is drawn')
    last = children(pid)
    session.child.kill()
    session.child.wait()
    check(last and gone(last[0]), 'gnuplot ends when the program is killed')

    # Stuck with a full pipe: it never reads, and more than 64 KiB come.
    for name, body in (('deaf', 'trap "" TERM\nexec 3>&3\nsleep 60 & wait\n'
                                'wait\n'),
                       ('mute', 'cat >/dev/null\n')):
        session = Session(CVXNN_GNUPLOT=fake(name, '#!/bin/sh\n' + body))
        session.do('generate gaussians n=20000 d=2')
        session.do('set plot.time=0.5')
        start = time.time()
        good, error = session.do('plot data to=d.pdf')
        check(not good and error == '608' and time.time() - start < 5,
              'a gnuplot that is %s' % name, (error, time.time() - start))
        check(session.do('print 1')[0], 'the program goes on')
        check(not os.path.exists('d.pdf'), 'and there is no file')
        session.end()

    session = Session()
    pid = session.child.pid
    session.do('for k in 1:20\nplot gap to=many.pdf\nplot objective to=many.tex'
               ' term=cairolatex\nend')
    before = descriptors(pid), memory(pid)
    gnuplot = children(pid)
    inside = descriptors(gnuplot[0]), memory(gnuplot[0])
    session.do('for k in 1:%d\nplot gap to=many.pdf\nplot objective to=many.tex'
               ' term=cairolatex\nplot surface,gap to=x.pdf\nend'
               % (figures // 2))
    session.do('for k in 1:%d\nplot gap to=many.svg\nplot objective to=many.tex'
               ' term=cairolatex\nend' % (figures // 2))
    check(children(pid) == gnuplot, '%d figures: one gnuplot' % figures)
    # gnuplot closes its last file when it has the time.
    patience = time.time() + 5
    while descriptors(gnuplot[0]) > inside[0] and time.time() < patience:
        time.sleep(0.05)
    check(descriptors(pid) == before[0]
          and descriptors(gnuplot[0]) <= inside[0], 'no more descriptors',
          (before, descriptors(pid)))
    check(memory(pid) < before[1] + (8 << 20)
          and memory(gnuplot[0]) < inside[1] + (16 << 20), 'no more memory',
          (before[1], memory(pid), inside[1], memory(gnuplot[0])))
    check(not temporary(), 'no temporary files', temporary())
    session.end()


# --- P13, P15, P20: surroundings ---

def run_surroundings():
    with open('nofonts.conf', 'w') as f:
        f.write('<?xml version="1.0"?><fontconfig></fontconfig>\n')
    session = Session(FONTCONFIG_FILE=os.path.abspath('nofonts.conf'))
    check(session.do('plot gap to=nofonts.svg')[0]
          and os.path.exists('nofonts.svg'), 'without any font')
    session.end()
    languages = subprocess.run(['locale', '-a'], stdout=subprocess.PIPE,
                               text=True).stdout.split()
    comma = [name for name in languages if name[:5] in
             ('de_DE', 'fr_FR', 'es_ES', 'nl_NL', 'it_IT')]
    if comma:
        session = Session(LC_ALL=comma[0])
        session.do('plot gap to=comma.svg')
        with open('comma.svg') as f:
            check('0,' not in ''.join(tree.fromstring(
                f.read().encode()).itertext()), 'a comma for a point')
        session.end()
    else:
        check(True, 'a comma for a point # SKIP no such locale')
    session = Session(CVXNN_GNUPLOT=fake('poor', '''#!/usr/bin/env python3
import os, re, sys
reply = os.fdopen(3, 'w')
for line in iter(sys.stdin.readline, ''):
    if "'@v '" in line:
        reply.write('@v 5.4 patchlevel 4\\n')
    if "'@t '" in line:
        reply.write('@t  dumb svg \\n')
    m = re.search("'@@ ([0-9]+) '", line)
    if m:
        reply.write('@@ ' + m.group(1) + ' 0 \\n')
    reply.flush()
'''))
    check(session.do('plot gap to=poor.pdf') == (False, '610'),
          'a gnuplot without pdfcairo')
    session.end()


# --- P8, P9, P10: the numbers ---

def run_numbers():
    session = Session()
    for words, data in (('one point', 'x=[2] y=[3]'),
                        ('equal points', 'x=[3,3,3] y=[-1,-1,-1]'),
                        ('all zero', 'x=[0,0] y=[0,0]'),
                        ('huge', 'x=[1e300,-1e300] y=[1e300,2]'),
                        ('tiny', 'x=[1e-300,2e-300] y=[1e-300,0]')):
        session.do('generate points ' + data)
        for suffix in ('svg', 'pdf', 'txt'):
            good, error = session.do('plot data to=n.' + suffix)
            check(good and os.path.getsize('n.' + suffix) > 100,
                  '%s as %s' % (words, suffix), error)
    session.end()
    with open('errors') as f:
        said = f.read()
    check('warning' not in said.lower() and 'range' not in said,
          'nothing of gnuplot is heard', said)

    # The times count outside `make check' only: there others run beside it.
    session = Session()
    session.do('generate gaussians n=%d d=2 seed=1' % points)
    session.do('plot data to=p.svg')
    start = time.time()
    good, error = session.do('plot data to=p.pdf')
    spent = time.time() - start
    check(good and (points < 10000000 or spent < 2),
          '%d points in %.2f s' % (points, spent), error)
    check(os.path.getsize('p.pdf') < 4 << 20, 'of which few are drawn')
    session.end()


os.makedirs('tmp', exist_ok=True)
os.makedirs('runtime', exist_ok=True)
environment.update(TMPDIR=os.path.abspath('tmp'),
                   XDG_RUNTIME_DIR=os.path.abspath('runtime'))
for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'CVXNN_GNUPLOT'):
    environment.pop(name, None)
if shutil.which('gnuplot') is None:
    print('1..0 # SKIP no gnuplot')
    sys.exit()
run_hostile()
run_process()
run_surroundings()
run_numbers()
print('1..%d' % done)
