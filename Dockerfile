# The workbench as a container, for hosts other than Hugging Face:
#   docker build -t gliner2-workbench .
#   docker run -p 127.0.0.1:7860:7860 -v workbench:/data gliner2-workbench
# TORCH_INDEX names a package index with torch for CPUs alone, which is a tenth of the usual one's size.
FROM python:3.11-slim

ARG TORCH_INDEX=""
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    GRADIO_TEMP_DIR=/tmp/gradio \
    HF_HOME=/data/hub

WORKDIR /app
COPY requirements.txt ./
RUN grep '^torch==' requirements.txt > torch.txt \
    && pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} -r torch.txt \
    && pip install --no-cache-dir -r requirements.txt \
    && useradd --uid 1000 --create-home workbench \
    && install --directory --owner workbench /data

COPY app.py README.md Spacefile LICENSE ./
COPY gliner2_core ./gliner2_core
COPY ui ./ui
COPY storage ./storage

USER 1000
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=15s --start-period=120s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/health', timeout=10)"]
CMD ["python", "app.py", "--host", "0.0.0.0", "--port", "7860", "--db", "/data/workbench.sqlite3"]
