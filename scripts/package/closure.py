#!/usr/bin/env python3
"""Copies every library that the programs of an installed folder take from the system, but for glibc's, into its lib/vrlt, lets each find the
others there, and writes what is carried to share/doc/vrlt: the licences and an SPDX 2.3 document.

usage: scripts/package/closure.py PREFIX FFMPEG VERSION     FFMPEG: what scripts/package/ffmpeg.sh made
needs: patchelf, dpkg
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

# Of glibc: has to be that of the kernel's loader, and is on every machine.
OF_THE_SYSTEM = re.compile(r"(ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libutil|libresolv|libanl)\.so\.\d+$|linux-vdso")


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def needed(file, folders):
    """Name and place of every library that a program loads when it starts."""
    out = run("ldd", str(file), env=dict(os.environ, LD_LIBRARY_PATH=":".join(map(str, folders))))
    for line in out.splitlines():
        name, _, rest = line.strip().partition(" => ")
        place = rest.split(" (")[0]
        if not OF_THE_SYSTEM.search(name.split(" ")[0]):
            if place == "not found" or not place:
                sys.exit(f"closure.py: {file} needs {name}, which is not found")
            yield name, pathlib.Path(place)


def programs(prefix):
    return [f for folder in ("bin", "libexec/vrlt") for f in sorted((prefix / folder).iterdir())]


def carry(prefix, ffmpeg):
    """Copies the libraries. @return name of the copy -> path of the original."""
    carried = prefix / "lib/vrlt"
    originals = {}
    for program in programs(prefix):
        for name, place in needed(program, [ffmpeg / "lib"]):
            if prefix.resolve() not in place.resolve().parents:
                originals[name] = place.resolve()
    for name, original in sorted(originals.items()):
        copy = carried / name
        shutil.copyfile(original, copy)
        copy.chmod(0o755)
        run("patchelf", "--set-rpath", "$ORIGIN", str(copy))
    return originals


def package_of(file):
    """Debian's package of a file, and its version; the links of a merged /usr hide the name it was packed under."""
    for path in (str(file), str(file).removeprefix("/usr")):
        found = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True)
        if found.returncode == 0:
            name = found.stdout.split(":")[0]
            return name, run("dpkg-query", "-W", "-f=${Version} ${source:Package}", name).split()
    return None, None


def sha256(file):
    with open(file, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def licences(prefix, ffmpeg, originals):
    """Copies the copyright file of each package. @return package -> (version, source)."""
    folder = prefix / "share/doc/vrlt/licences"
    folder.mkdir(parents=True, exist_ok=True)
    packages = {}
    for name, original in sorted(originals.items()):
        if ffmpeg.resolve() in original.parents:
            packages["ffmpeg"] = ((ffmpeg / "licence.txt").read_text().split("package ", 1)[1].split(",")[0], "ffmpeg")
            shutil.copyfile(ffmpeg / "licence.txt", folder / "ffmpeg")
            continue
        package, told = package_of(original)
        if package is None:
            sys.exit(f"closure.py: {original} is of no package, so that its licence is not known")
        packages[package] = tuple(told)
        shutil.copyfile(f"/usr/share/doc/{package}/copyright", folder / package)
    return packages


def spdx(prefix, version, packages):
    """Every file that is a library or a program with its hash, every package with its version."""
    files = [f for f in sorted(prefix.rglob("*")) if f.is_file() and (".so" in f.name or f.parent.name in ("bin", "vrlt") and os.access(f, os.X_OK))]
    listed = [{"SPDXID": "SPDXRef-vrlt", "name": "vrlt", "versionInfo": version, "licenseDeclared": "Apache-2.0", "downloadLocation": "NOASSERTION"},
              {"SPDXID": "SPDXRef-torch", "name": "torch", "versionInfo": "2.11.0", "licenseDeclared": "BSD-3-Clause", "downloadLocation": "NOASSERTION"}]
    for name, (number, source) in sorted(packages.items()):
        listed.append({"SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name), "name": name, "versionInfo": number, "sourceInfo": f"source package {source}",
                       "licenseDeclared": "NOASSERTION", "downloadLocation": "NOASSERTION", "comment": f"licences/{name}"})
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"vrlt-{version}",
            "documentNamespace": f"https://spdx.org/spdxdocs/vrlt-{version}", "packages": listed,
            "files": [{"SPDXID": f"SPDXRef-file-{i}", "fileName": "./" + str(f.relative_to(prefix)), "checksums": [{"algorithm": "SHA256", "checksumValue": sha256(f)}]}
                      for i, f in enumerate(files)]}


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    prefix, ffmpeg, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    originals = carry(prefix, ffmpeg)
    packages = licences(prefix, ffmpeg, originals)
    (prefix / "share/doc/vrlt/sbom.spdx.json").write_text(json.dumps(spdx(prefix, version, packages), indent=1) + "\n")
    for program in programs(prefix):  # nothing but glibc's may come from outside now
        for name, place in needed(program, []):
            if prefix.resolve() not in place.resolve().parents:
                sys.exit(f"closure.py: {program} still takes {name} from {place}")
    print(f"closure.py: {len(originals)} libraries of {len(packages)} packages")


if __name__ == "__main__":
    main()
