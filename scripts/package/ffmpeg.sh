#!/usr/bin/env bash
# Builds the FFmpeg that packages carry: Debian's source with the demuxers and decoders that vrlt lets files choose from, the two
# encoders that need no other library, nothing of the network, and no part under the GPL. Its libraries are of the same names and
# symbols as those of the system that vrlt was linked with, at a tenth of the size of all that they bring.
# usage: scripts/package/ffmpeg.sh OUT
#   OUT  gets lib/libav*.so.* and licence.txt; left alone if it is complete
# needs: nasm, libdav1d-dev, zlib1g-dev, make, dpkg-dev; a source package repository is asked for through apt
set -euo pipefail

out=$(realpath -m "${1:?usage: scripts/package/ffmpeg.sh OUT}")
[[ -e "$out/licence.txt" ]] && exit 0

demuxers=mov,matroska,avi,mpegts,mpegps,mpegvideo,h264,hevc,m4v,flv,ogg,asf,gif,ivf,mxf,nut,rm,wtv,dv
decoders=h264,hevc,libdav1d,vp8,vp9,mpeg1video,mpeg2video,mpeg4,msmpeg4v1,msmpeg4v2,msmpeg4v3,h263,flv,vp6,vp6f,wmv1,wmv2,wmv3,vc1
decoders+=,theora,mjpeg,prores,dnxhd,dvvideo,ffv1,huffyuv,rawvideo,gif,png,svq1,svq3,cinepak,rv10,rv20,rv30,rv40
parsers=h264,hevc,av1,vp8,vp9,mpegvideo,mpeg4video,h263,mjpeg,png,vc1,rv30,rv40
filters=h264_mp4toannexb,hevc_mp4toannexb,extract_extradata,vp9_superframe_split,av1_frame_split,mpeg4_unpack_bframes

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# A source list beside the machine's own, which stays as it is.
mkdir lists
for file in /etc/apt/sources.list.d/*.sources; do
  sed 's/^Types: deb$/Types: deb deb-src/' "$file" > "lists/$(basename "$file")"
done
apt_source=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/lists" -o APT::Sandbox::User=root)
"${apt_source[@]}" update
"${apt_source[@]}" source ffmpeg >/dev/null
cd ffmpeg-*/

echo "ffmpeg.sh: building $(basename "$PWD")"
./configure --prefix="$out" --enable-shared --disable-static --disable-programs --disable-doc --disable-autodetect --disable-everything \
  --disable-network --disable-avdevice --disable-avfilter --disable-postproc --disable-swresample --enable-pthreads --enable-zlib --enable-libdav1d \
  --enable-demuxer="$demuxers" --enable-decoder="$decoders" --enable-parser="$parsers" --enable-bsf="$filters" \
  --enable-muxer=mp4 --enable-encoder=mpeg4,mjpeg --enable-protocol=file >configure.log || { tail -n 20 configure.log >&2; exit 70; }
make -j"${VRLT_JOBS:-2}" >make.log 2>&1 || { tail -n 20 make.log >&2; exit 70; }
make install >/dev/null 2>&1
strip --strip-unneeded "$out"/lib/*.so.*.*.*
{ echo "FFmpeg, from Debian's source package $(basename "$PWD"), LGPL version 2.1 or later. Configured by:"; sed -n 's/^#define FFMPEG_CONFIGURATION //p' config.h
  cat COPYING.LGPLv2.1; } > "$out/licence.txt"
